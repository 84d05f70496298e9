"""The log of every change: who made it, when and why; each entry holds the hash of the one before.

A changed, removed or inserted entry breaks the chain from there on. Where the log ends is noted beside it,
so that entries cut off at the very end are missed. Each entry names the rows that it made or changed by their
content hashes. Whoever can write all of the database can write all of this anew: only a head that is kept
elsewhere shows that.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Select, String, Text, cast, event, type_coerce
from sqlalchemy import Table as SqlTable
from sqlalchemy import insert as sa_insert
from sqlalchemy import select as sa_select
from sqlalchemy import update as sa_update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, col, func, or_, select

from library import rows
from library.canonical import digest
from library.database import LOGGED, lock_for_writing
from library.errors import Refused
from library.rows import NamedRow
from library.tables import LogRow, insert_all

EMPTY = "0" * 64
"""The head of a log without an entry."""
END = SqlTable(
    "log_end",
    SQLModel.metadata,
    Column("id", Integer, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("head", String, nullable=False),
    Column("older", Integer, nullable=False),
)
"""One row: how many entries the log has, the last one's hash, and the id of the last older than content hashes."""


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
    actions: the entry's action is one of these. without: it is none of these. after: its id is above this one.
    """

    who: str = ""
    kind: str = ""
    words: str = ""
    actions: tuple[str, ...] = ()
    after: int = 0
    without: tuple[str, ...] = ()


EVERYTHING = LogFilter()


@dataclass(frozen=True)
class Change:
    """What an entry is to record, apart from who did it and when; `detail` holds only what JSON can.

    The rows that it made or changed are added to the detail as they are written to the database.
    """

    action: str
    subject: str
    why: str
    detail: dict[str, Any]


def append(
    session: Session,
    *,
    who: str,
    action: str,
    subject: str,
    why: str,
    detail: dict[str, Any],
    at: datetime,
    named: Sequence[NamedRow] = (),
) -> None:
    """Write one entry after the newest; otherwise as `append_all`.

    It names the rows written in this session since the entry before, and those `named` besides: by one digest,
    for they are many as a rule.
    """
    append_all(session, [Change(action, subject, why, detail)], who=who, at=at, named=named)


def append_all(
    session: Session, changes: Iterable[Change], *, who: str, at: datetime, named: Sequence[NamedRow] = ()
) -> None:
    """Write an entry for each change, in this order, after the newest; `at` is aware.

    Takes the database's write lock until the session ends, so do slow work before. Raises ValueError
    for a time without a time zone, and what library.canonical.digest raises for a detail.
    """
    if at.tzinfo is None:
        raise ValueError(f"a time without a time zone can't be logged: {at!r}")
    lock_for_writing(session)
    changes = list(changes)
    if not changes:
        return
    written = [*rows.written(session), *named]
    shared = rows.of_subjects(session, written, [one.subject for one in changes]) if changes[1:] else [written]
    details = [rows.in_detail(own, together=bool(named)) for own in shared]
    previous = head(session)
    made = list(_chained(previous, changes, details, who, at.astimezone(UTC)))
    insert_all(session, LogRow, made)
    newest_hash = made[-1]["hash"]
    session.execute(sa_update(END).values(entries=END.c.entries + len(made), head=newest_hash))
    for entry, own in zip(made, shared, strict=True):
        if rows.BATCH in entry["detail"]:
            _name_together(session, entry["previous"], own)
    session.info[LOGGED] = newest_hash


@event.listens_for(Session, "after_rollback")
def _forget_newest(session: Session) -> None:
    session.info.pop(LOGGED, None)  # what is rolled back was never written


def _name_together(session: Session, previous: str, named: Sequence[NamedRow]) -> None:
    entry = session.exec(select(LogRow.id).where(LogRow.previous == previous)).one()
    batch = [{"kind": one.kind, "key": one.key, "entry": entry, "sha256": one.sha256 or ""} for one in named]
    session.execute(sa_insert(rows.NAMED), batch)


def _chained(
    previous: str, changes: Iterable[Change], named: Iterable[Mapping[str, Any]], who: str, at: datetime
) -> Iterator[dict[str, Any]]:
    """Yield the columns of an entry for each change, chained to the hash of the entry before the first."""
    for change, more in zip(changes, named, strict=True):
        row = {"at": at, "who": who, "previous": previous, **vars(change), "detail": {**change.detail, **more}}
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
    except UnicodeEncodeError:  # what is looked for has no UTF-8 form: no entry is to blame
        raise
    except (ValueError, TypeError) as error:
        raise Refused(
            "an entry of the log can't be read, so it is not what was written",
            fix="`composer audit verify` names the first that is broken.",
        ) from error


def count(session: Session, only: LogFilter = EVERYTHING) -> int:
    """Return how many entries fit a filter."""
    return session.exec(select(func.count()).select_from(LogRow).where(*_conditions(only))).one()


def head(session: Session) -> str:
    """Return the hash of the newest entry."""
    return session.exec(select(LogRow.hash).order_by(col(LogRow.id).desc()).limit(1)).first() or EMPTY


def newest(session: Session) -> int:
    """Return the id of the newest entry; 0 where the log is empty."""
    return session.exec(select(func.max(LogRow.id))).one() or 0


def names(session: Session) -> tuple[str, ...]:
    """Return who has done anything that is logged, by name."""
    return tuple(sorted(session.exec(select(LogRow.who).distinct())))


def kinds(session: Session) -> tuple[str, ...]:
    """Return the kinds of the subjects in the log, such as `candidate` and `run`, by name."""
    return tuple(sorted({one.partition(":")[0] for one in session.exec(select(LogRow.subject).distinct())}))


class BrokenChain(Refused):
    """An entry of the log isn't what was written, or doesn't follow the one before; `entry` is its id."""

    def __init__(self, entry: int) -> None:
        super().__init__(
            f"entry {entry} of the log is not what was written",
            fix="Restore the database from a backup; `composer audit verify` checks it all.",
        )
        self.entry = entry


def chained_entries(session: Session) -> Iterator[LogEntry]:
    """Yield the entries of the log from the first on, each checked to follow the one before.

    Raises `BrokenChain` at the first that doesn't.
    """
    table = LogRow.__table__  # type: ignore[attr-defined]
    # As they are stored: a value that can't even be read is then a matter of its own row.
    raw = {"at": type_coerce(table.c.at, String), "detail": cast(table.c.detail, Text)}
    query = sa_select(*(raw[each.name].label(each.name) if each.name in raw else each for each in table.c))
    previous, last = EMPTY, 0
    stored = session.execute(query.order_by(table.c.id).execution_options(yield_per=500)).mappings()
    try:
        for row in stored:
            entry = _followed(dict(row), previous)
            previous, last = entry.hash, entry.id
            yield entry
    except OperationalError as error:
        rows.check_unreadable(error)
        later = session.scalars(sa_select(table.c.id).where(table.c.id > last).order_by(table.c.id)).all()
        raise BrokenChain(
            next(one for one in later if not _is_readable(session, query.where(table.c.id == one)))
        ) from error


def _followed(row: dict[str, Any], previous: str) -> LogEntry:
    """Return an entry read from its columns as they are stored; raises `BrokenChain` where it doesn't follow."""
    try:
        at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
        row["at"] = at if at.tzinfo else at.replace(tzinfo=UTC)
        row["detail"] = json.loads(row["detail"])
        follows = row["previous"] == previous and row["hash"] == _entry_hash(row)
    except (ValueError, TypeError, RecursionError):
        follows = False
    if not follows:
        raise BrokenChain(row["id"])
    del row["previous"]
    return LogEntry(**row)


def _is_readable(session: Session, query: Select[Any]) -> bool:
    try:
        session.execute(query).all()
    except OperationalError as error:
        rows.check_unreadable(error)
        return False
    return True


def first_broken(session: Session) -> int | None:
    """Check the whole chain; return the id of the first entry that doesn't follow, None if all do."""
    try:
        for _entry in chained_entries(session):
            pass
    except BrokenChain as broken:
        return broken.entry
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
    if only.without:
        found.append(action.not_in(only.without))
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
