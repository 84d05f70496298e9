"""Adaptations of a home are done one after the other on each machine, those entered first before the others.

Each loads a model that takes the cores of its machine: side by side all would end late, where in turn the first
shows after its own time what it came to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from composer.answers.ending import how_ended
from composer.answers.evaluator import Stopped
from composer.home.locks import exclusive_lock, is_locked
from composer.home.paths import Home
from composer.home.processes import FINISHED, WAITING
from composer.runs.records import put_back, run_row
from composer.tables import RunRow
from library.database import Database
from library.errors import Refused

IN_LINE = "waiting its turn: another adaptation is at work"
POLL_SECONDS = 0.5
COMES_UP = timedelta(seconds=60)
"""How long after it was entered an adaptation keeps its place before its worker has come up."""
_TURN = "adapting"


@contextmanager
def in_line(
    database: Database, home: Home, adaptation_id: int, run_id: int, on_wait: Callable[[str], None]
) -> Iterator[None]:
    """Wait until all that came before have ended or stopped, and keep the others waiting until the block ends.

    `on_wait` is told in words that it waits. One whose search has finished waits for nobody: it needs no model.
    Raises `Refused` where another worker has this adaptation, `Stopped` where somebody asked to stop it meanwhile.
    """
    with exclusive_lock(home, _name(adaptation_id)):
        with database.session() as session:
            finished = run_row(session, run_id).state == FINISHED
        if finished:
            yield
            return
        try:
            turn = _wait(database, home, adaptation_id, run_id, on_wait)
        except BaseException as problem:
            with database.session() as session:
                row = run_row(session, run_id)
                row.state, row.message = how_ended(problem)
                row.ended_at = datetime.now(UTC)
                session.add(row)
            raise
        with turn:
            yield


def has_worker(home: Home, adaptation_id: int) -> bool:
    """Whether a worker has an adaptation, be it at work or waiting its turn, on whatever machine."""
    return is_locked(home, _name(adaptation_id))


def _name(adaptation_id: int) -> str:
    return f"adaptation-{adaptation_id}"


def _wait(
    database: Database, home: Home, adaptation_id: int, run_id: int, on_wait: Callable[[str], None]
) -> ExitStack:
    """Return what holds the turn, once it has come."""
    with database.session() as session:
        row = run_row(session, run_id)
        put_back(row)
        session.add(row)
    told = False
    while True:
        with database.session() as session:
            if run_row(session, run_id).stop_asked:
                raise Stopped
            first = not _earlier(session, home, adaptation_id)
        if first and (turn := _taken(home)) is not None:
            return turn
        if not told:
            on_wait(IN_LINE)
            told = True
        time.sleep(POLL_SECONDS)


def _taken(home: Home) -> ExitStack | None:
    """Take the turn and return what gives it back; None where another has it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(home, _TURN, patience=0, here=True))
        except Refused:
            return None
        return stack.pop_all()


def _earlier(session: Session, home: Home, adaptation_id: int) -> bool:
    """Whether an adaptation that was entered before this one waits its turn, or is about to."""
    waiting = select(RunRow).where(col(RunRow.adaptation) < adaptation_id, RunRow.state == WAITING)
    return any(_comes(home, row) for row in session.exec(waiting))


def _comes(home: Home, row: RunRow) -> bool:
    assert row.adaptation is not None
    comes_up = timedelta() <= datetime.now(UTC) - row.created_at < COMES_UP
    return comes_up or is_locked(home, _name(row.adaptation), here=True)
