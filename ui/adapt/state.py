"""How far an adaptation is, as the page shows it: that of its run, until it has ended."""

from __future__ import annotations

from composer.adaptation import Adaptation
from composer.adaptation import worker as adaptations
from composer.candidates.records import PROPOSERS
from composer.runs.records import RunSummary
from ui.runs.state import AT_WORK, IN_LINE, MARKS, STARTING, run_state
from ui.shell.context import this_home
from ui.shell.html import safe

CANDIDATE, NO_GO = "candidate", "no-go"
ENDED = (CANDIDATE, NO_GO)
MOVING = (AT_WORK, STARTING, IN_LINE)
MAY_NOT = f"You may only look: this takes the role {', '.join(PROPOSERS[:-1])} or {PROPOSERS[-1]}."
"""What somebody reads who may neither start an adaptation, nor stop it, nor let it go on."""


def state_of(one: Adaptation, run: RunSummary) -> str:
    """Return `candidate` or `no-go` for one that has ended, else the state of its run as the Runs page has it."""
    if one.outcome is not None:
        return one.outcome.kind
    state = run_state(run)
    if state not in MOVING and adaptations.has_worker(this_home(), one.id):
        return AT_WORK  # which puts the prompts side by side when the run has ended
    return state


def mark(state: str) -> str:
    """Return the state of an adaptation as a mark with its name, as HTML."""
    tone = {CANDIDATE: "ic-blue", NO_GO: "ic-orange"}.get(state, MARKS.get(state, ""))
    return f'<span class="ic-tag {tone}">{safe(state)}</span>'
