"""One press of a button on the library: what it did, so that the same page can offer to take it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session

from library import log
from library.database import Database, lock_for_writing
from library.undoing import entries_since


@dataclass
class Acting:
    """An act while it is done: its session, and once it is done the entries of the log that undo it."""

    session: Session
    entries: tuple[int, ...] = ()


@contextmanager
def acting(database: Database) -> Iterator[Acting]:
    """Open a session in which nobody else writes meanwhile; at its end `entries` are those of this act alone."""
    with database.session() as session:
        lock_for_writing(session)
        before = log.newest(session)
        act = Acting(session)
        yield act
        act.entries = entries_since(session, before)
