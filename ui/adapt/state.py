"""How far an adaptation is, as the page shows it: that of its run, until it has ended."""

from __future__ import annotations

from composer.adaptation import Adaptation
from composer.adaptation import worker as adaptations
from composer.home.processes import FINISHED
from composer.runs.records import RunSummary
from ui.runs.state import AT_WORK, BEGUN, MARKS, STARTING, run_state
from ui.shell.context import now, this_home
from ui.shell.html import safe

CANDIDATE, NO_GO = "candidate", "no-go"
ENDED = (CANDIDATE, NO_GO)
MOVING = (AT_WORK, STARTING)
COMPARING_SECONDS = 30.0
"""How long a worker may take to compare all sides after its run has ended."""


def begin(one: Adaptation) -> None:
    """Start a worker process for an adaptation."""
    BEGUN.of(one.run_id).set(now())
    adaptations.start(this_home(), one.id)


def state_of(one: Adaptation, run: RunSummary) -> str:
    """Return `candidate` or `no-go` for one that has ended, else the state of its run as the Runs page has it."""
    if one.outcome is not None:
        return one.outcome.kind
    state = run_state(run)
    ended = run.ended_at
    if state == FINISHED and ended is not None and (now() - ended).total_seconds() < COMPARING_SECONDS:
        return AT_WORK
    return state


def mark(state: str) -> str:
    """Return the state of an adaptation as a mark with its name, as HTML."""
    tone = {CANDIDATE: "ic-blue", NO_GO: "ic-orange"}.get(state, MARKS.get(state, ""))
    return f'<span class="ic-tag {tone}">{safe(state)}</span>'
