"""The state of a run as the page shows it: as stored, and whether a worker has it."""

from __future__ import annotations

from datetime import datetime

from composer.home.processes import FAILED, RUNNING, STOPPED, WAITING
from composer.runs import worker
from composer.runs.plan import PROPOSED
from composer.runs.records import RunSummary
from ui.shell.context import now, this_home
from ui.shell.html import safe
from ui.shell.state import Key

PATIENCE_SECONDS = 60
"""How long a worker may take to start before a run counts as not started."""
AT_WORK, STARTING, INTERRUPTED, NOT_STARTED = "at work", "starting", "interrupted", "not started"
MOVING = (AT_WORK, STARTING)
MARKS = {AT_WORK: "ic-blue", STARTING: "ic-blue", INTERRUPTED: "ic-orange", FAILED: "ic-orange"}
BEGUN: Key[datetime | None] = Key("begun", None)
"""When this page last started a worker for a run."""


def begin(run_id: int) -> None:
    """Start a worker process for a run."""
    BEGUN.of(run_id).set(now())
    worker.start(this_home(), run_id)


def run_state(run: RunSummary) -> str:
    """Return the state of a run as stored, or `starting`, `at work`, `interrupted` or `not started`."""
    begun = BEGUN.of(run.id).get()
    fresh = (now() - (begun or run.created_at)).total_seconds() < PATIENCE_SECONDS
    if run.state == RUNNING:
        if worker.is_at_work(this_home(), run.id):
            return AT_WORK
        return STARTING if begun and fresh else INTERRUPTED
    if run.state == WAITING:
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
