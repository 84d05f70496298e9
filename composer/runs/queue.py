"""The runs that wait for a worker: those that nobody has begun, and those whose worker was killed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session, col, select

from composer.home.processes import FAILED, FINISHED, RUNNING, WAITING
from composer.runs.records import RunSummary, list_runs, put_back, run_row
from composer.tables import RunRow
from library.claims import Taken
from library.database import Database
from library.errors import Refused

QUEUED = (WAITING, RUNNING)
"""States of a run that is done or waits for it; whether a worker has it, its lock tells."""


def queued_runs(session: Session) -> tuple[RunSummary, ...]:
    """Return the runs that wait for a worker or have one, in the order in which they were entered."""
    return tuple(run for run in reversed(list_runs(session)) if run.state in QUEUED)


def check_queued(database: Database, run_id: int) -> None:
    """Raise `Taken` where a run has ended since it was looked at; to be asked by whoever holds its lock."""
    with database.session() as session:
        state = session.exec(select(RunRow.state).where(col(RunRow.id) == run_id)).first()
    if state not in QUEUED:
        raise Taken(f"run {run_id} is {state} by now")


def give_up(database: Database, run_id: int, why: Refused) -> None:
    """Write into a run that could not even begin why it could not, so that no worker takes it again."""
    with database.session() as session:
        row = run_row(session, run_id)
        row.state, row.message, row.ended_at = FAILED, str(why), datetime.now(UTC)
        session.add(row)


def give_back(database: Database, run_id: int) -> None:
    """Have a run wait for another worker, where the one that had it ends without its being done."""
    with database.session() as session:
        row = run_row(session, run_id)
        if row.state != FINISHED:
            put_back(row)
            session.add(row)
