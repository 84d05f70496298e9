"""The log of every change: who, when and why, each entry chained by hash to the one before.

A changed, removed or inserted entry breaks the chain from there on. Entries cut off at the very end
leave a chain that is whole but shorter: to notice that, keep the newest hash elsewhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from library.canonical import digest
from library.database import lock_for_writing
from library.tables import LogRow

_START = "0" * 64


@dataclass(frozen=True)
class LogEntry:
    """One change: subject is a kind and a name, such as `snippet:recency-penalty`; `at` is in UTC."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    why: str
    detail: dict[str, Any]
    hash: str


def append(
    session: Session, *, who: str, action: str, subject: str, why: str, detail: dict[str, Any], at: datetime
) -> None:
    """Write one entry after the newest; `at` is aware, `detail` holds only what JSON can.

    Takes the database's write lock until the session ends, so do slow work before. Raises ValueError
    for a time without a time zone, and what library.canonical.digest raises for the detail.
    """
    if at.tzinfo is None:
        raise ValueError(f"a time without a time zone can't be logged: {at!r}")
    lock_for_writing(session)
    newest = session.exec(select(LogRow).order_by(col(LogRow.id).desc()).limit(1)).first()
    row = LogRow(
        at=at.astimezone(UTC),
        who=who,
        action=action,
        subject=subject,
        why=why,
        detail=detail,
        previous=newest.hash if newest else _START,
        hash="",
    )
    row.hash = _entry_hash(row)
    session.add(row)
    session.flush()


def entries(session: Session, subject: str | None = None) -> tuple[LogEntry, ...]:
    """Give the log's entries, oldest first: all, or those of one subject."""
    query = select(LogRow).order_by(col(LogRow.id))
    if subject is not None:
        query = query.where(LogRow.subject == subject)
    return tuple(
        LogEntry(row.id or 0, row.at, row.who, row.action, row.subject, row.why, dict(row.detail), row.hash)
        for row in session.exec(query)
    )


def first_broken(session: Session) -> int | None:
    """Check the whole chain; give the id of the first entry that doesn't follow, or None if all do."""
    previous, last = _START, 0
    # One row at a time, so that a value that can't even be read is known by the row before it.
    query = select(LogRow).order_by(col(LogRow.id)).execution_options(yield_per=1)
    try:
        for row in session.exec(query):
            if row.previous != previous or row.hash != _entry_hash(row):
                return row.id
            previous, last = row.hash, row.id or 0
    except ValueError:
        return session.exec(select(func.min(LogRow.id)).where(col(LogRow.id) > last)).one()
    return None


def _entry_hash(row: LogRow) -> str:
    return digest(
        {
            "previous": row.previous,
            "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "who": row.who,
            "action": row.action,
            "subject": row.subject,
            "why": row.why,
            "detail": row.detail,
        }
    )
