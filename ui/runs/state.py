"""The state of a run as the page shows it: as stored, and whether a worker has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from composer.adaptation import worker as adaptations
from composer.home.processes import FAILED, RUNNING, STOPPED, WAITING
from composer.runs import worker
from composer.runs.plan import PROPOSED
from composer.runs.records import RunSummary, go_on
from ui.shell.context import database, now, this_home
from ui.shell.html import safe
from ui.shell.state import Key
from ui.shell.user import who

PATIENCE_SECONDS = 60
"""How long a worker may take to start before a run counts as not started."""
AT_WORK, STARTING, INTERRUPTED, NOT_STARTED = "at work", "starting", "interrupted", "not started"
IN_LINE = "waiting its turn"
MOVING = (AT_WORK, STARTING, IN_LINE)
MARKS = {AT_WORK: "ic-blue", STARTING: "ic-blue", INTERRUPTED: "ic-orange", FAILED: "ic-orange"}
BEGUN: Key[datetime | None] = Key("begun", None)
"""When this page last started a worker for a run."""


def begin(run: RunSummary, limits: Sequence[str] = ()) -> None:
    """Start a worker process for a run, or for the adaptation that it is part of, under these limits."""
    BEGUN.of(run.id).set(now())
    if run.adaptation is None:
        worker.start(this_home(), run.id, *limits)
    else:
        adaptations.start(this_home(), run.adaptation, *limits)


def go_on_with(run: RunSummary, limits: Sequence[str] = ()) -> None:
    """Let a run that was stopped, failed or killed go on; raises `Refused` for whoever may not start one."""
    with database().session() as session:
        go_on(session, run.id, by=who(), at=now())
    begin(run, limits)


def run_state(run: RunSummary) -> str:
    """Return the state of a run as stored, or `starting`, `at work`, `interrupted`, `not started` or in line."""
    begun = BEGUN.of(run.id).get()
    fresh = (now() - (begun or run.created_at)).total_seconds() < PATIENCE_SECONDS
    if run.state == RUNNING:
        if worker.is_at_work(this_home(), run.id):
            return AT_WORK
        return STARTING if begun and fresh else INTERRUPTED
    if run.state == WAITING:
        if run.adaptation is not None and adaptations.has_worker(this_home(), run.adaptation):
            return IN_LINE
        return STARTING if fresh else NOT_STARTED
    if run.state in (STOPPED, FAILED) and begun and fresh and (run.ended_at is None or run.ended_at < begun):
        return STARTING
    return run.state


def found_how(run: RunSummary) -> str:
    """Return how the composition of a run is found: by a strategy with its seed, or picked by hand."""
    return "picked by hand" if run.strategy == PROPOSED else f"{run.strategy}, seed {run.seed}"


def mark(state: str) -> str:
    """Return the state of a run as a mark with its name, as HTML."""
    return f'<span class="ic-tag {MARKS.get(state, "")}">{safe(state)}</span>'
