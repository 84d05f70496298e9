"""The log of every change: who made it, when and why; each entry holds the hash of the one before.

A changed, removed or inserted entry breaks the chain from there on. Entries cut off at the very end
leave a chain that is whole but shorter: to notice that, keep the newest hash elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from library.canonical import digest
from library.database import lock_for_writing
from library.errors import Refused
from library.tables import LogRow, insert_all

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


@dataclass(frozen=True)
class LogFilter:
    """Which entries are wanted; an empty field narrows nothing.

    kind: the first part of a subject. words: each occurs in subject, why or action, whatever its (ASCII) capitals.
    actions: the entry's action is one of these. after: its id is above this one.
    """

    who: str = ""
    kind: str = ""
    words: str = ""
    actions: tuple[str, ...] = ()
    after: int = 0


EVERYTHING = LogFilter()


@dataclass(frozen=True)
class Change:
    """What an entry is to record, apart from who did it and when; `detail` holds only what JSON can."""

    action: str
    subject: str
    why: str
    detail: dict[str, Any]


def append(
    session: Session, *, who: str, action: str, subject: str, why: str, detail: dict[str, Any], at: datetime
) -> None:
    """Write one entry after the newest; otherwise as `append_all`."""
    append_all(session, [Change(action, subject, why, detail)], who=who, at=at)


def append_all(session: Session, changes: Iterable[Change], *, who: str, at: datetime) -> None:
    """Write an entry for each change, in this order, after the newest; `at` is aware.

    Takes the database's write lock until the session ends, so do slow work before. Raises ValueError
    for a time without a time zone, and what library.canonical.digest raises for a detail.
    """
    if at.tzinfo is None:
        raise ValueError(f"a time without a time zone can't be logged: {at!r}")
    lock_for_writing(session)
    previous = session.exec(select(LogRow.hash).order_by(col(LogRow.id).desc()).limit(1)).first() or _START
    insert_all(session, LogRow, _chained(previous, changes, who, at.astimezone(UTC)))


def _chained(previous: str, changes: Iterable[Change], who: str, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the columns of an entry for each change, chained to the hash of the entry before the first."""
    for change in changes:
        row = {"at": at, "who": who, "previous": previous, **vars(change)}
        row["hash"] = previous = _entry_hash(row)
        yield row


def entries(
    session: Session,
    subject: str | None = None,
    only: LogFilter = EVERYTHING,
    *,
    newest_first: bool = False,
    limit: int | None = None,
) -> tuple[LogEntry, ...]:
    """Return the log's entries: all, or those of one subject or under a filter; at most `limit` of them.

    Raises `Refused` where one of them can't be read at all; `first_broken` then returns its id.
    """
    order = col(LogRow.id).desc() if newest_first else col(LogRow.id)
    query = select(LogRow).where(*_conditions(only)).order_by(order).limit(limit)
    if subject is not None:
        query = query.where(LogRow.subject == subject)
    try:
        return tuple(
            LogEntry(row.id or 0, row.at, row.who, row.action, row.subject, row.why, dict(row.detail), row.hash)
            for row in session.exec(query)
        )
    except (ValueError, TypeError) as error:
        raise Refused(
            "an entry of the log can't be read, so it is not what was written",
            fix="`composer audit verify` names the first that is broken.",
        ) from error


def count(session: Session, only: LogFilter = EVERYTHING) -> int:
    """Return how many entries fit a filter."""
    return session.exec(select(func.count()).select_from(LogRow).where(*_conditions(only))).one()


def newest(session: Session) -> int:
    """Return the id of the newest entry; 0 where the log is empty."""
    return session.exec(select(func.max(LogRow.id))).one() or 0


def names(session: Session) -> tuple[str, ...]:
    """Return who has done anything that is logged, by name."""
    return tuple(session.exec(select(LogRow.who).distinct().order_by(LogRow.who)))


def kinds(session: Session) -> tuple[str, ...]:
    """Return the kinds of the subjects in the log, such as `candidate` and `run`, by name."""
    return tuple(sorted({one.partition(":")[0] for one in session.exec(select(LogRow.subject).distinct())}))


def first_broken(session: Session) -> int | None:
    """Check the whole chain; return the id of the first entry that doesn't follow, None if all do."""
    previous, last = _START, 0
    # One row at a time, so that a value that can't even be read is known by the row before it.
    query = select(LogRow).order_by(col(LogRow.id)).execution_options(yield_per=1)
    try:
        for row in session.exec(query):
            if row.previous != previous or row.hash != _entry_hash(vars(row)):
                return row.id
            previous, last = row.hash, row.id or 0
    except ValueError:
        return session.exec(select(func.min(LogRow.id)).where(col(LogRow.id) > last)).one()
    return None


def _conditions(only: LogFilter) -> list[ColumnElement[bool]]:
    subject, why, action = col(LogRow.subject), col(LogRow.why), col(LogRow.action)
    found: list[ColumnElement[bool]] = []
    if only.who:
        found.append(col(LogRow.who) == only.who)
    if only.kind:
        found.append(or_(subject == only.kind, subject.startswith(f"{only.kind}:", autoescape=True)))
    if only.actions:
        found.append(action.in_(only.actions))
    if only.after:
        found.append(col(LogRow.id) > only.after)
    for word in only.words.split():
        found.append(or_(*(place.icontains(word, autoescape=True) for place in (subject, why, action))))
    return found


def _entry_hash(row: Mapping[str, Any]) -> str:
    """Return the hash of an entry by its columns: it covers all but the id."""
    return digest(
        {
            "previous": row["previous"],
            "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
            "who": row["who"],
            "action": row["action"],
            "subject": row["subject"],
            "why": row["why"],
            "detail": row["detail"],
        }
    )
