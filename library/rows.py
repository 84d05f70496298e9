"""Content hashes of rows: by them an entry of the log names the rows that it made or changed.

A few rows stand in the entry itself. Many are named together: the entry holds how many and one digest over
their sorted hashes, and the table `named_row` the hash of each, so that one that differs can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Integer, String, Text, event, inspect, true, type_coerce
from sqlalchemy import Table as SqlTable
from sqlalchemy import select as sa_select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from library.canonical import digest, text_digest
from library.parts import KEYS_IN_A_QUERY, in_parts
from library.tables import INSERTED, SnippetRow, SnippetVersionRow, Table

FEW = 20
"""Rows that an entry names in itself; more of them are named together, by one digest."""
ROWS, BATCH = "rows", "batch"
"""Where an entry's detail names rows: each with its hash, or all by one digest."""
_WRITTEN = "rows written since the last entry of the log"

UNREADABLE = (ValueError, TypeError, RecursionError, OperationalError)
"""What a stored value raises that can't be read as what its column holds; see `check_unreadable`."""

Row = tuple[str, str]
"""The table of a row and its key, as text."""

NAMED = SqlTable(
    "named_row",
    SQLModel.metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String, nullable=False),
    Index("ix_named_row_entry", "entry"),
)
"""Rows that an entry of the log names together: table, key, the entry's id, and the row's content hash."""


@dataclass(frozen=True)
class NamedRow:
    """A row and the hash of its content as it is after a change; None where the change deleted it."""

    kind: str
    key: str
    sha256: str | None


def content_hashes(
    session: Session, table: type[Table], keys: Sequence[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield key and content hash of a table's rows as they are stored: all, or those with these keys.

    The hash covers each column that is not NULL, but for those that change without an entry of the log, so
    that a column which older rows lack leaves their hashes as they are. A row whose values can't be read has
    the hash "unreadable".
    """
    if keys is None:
        yield from _hashes(session, table, true())
        return
    for some in in_parts(keys):
        yield from _hashes(session, table, _is_one_of(table, some))


def _hashes(session: Session, table: type[Table], condition: ColumnElement[bool]) -> list[tuple[str, str]]:
    columns = [column for column in inspect(table).local_table.columns if column.name not in table.unlogged]
    query = sa_select(*(_as_hashed(column) for column in columns))
    shape = [(column.name, column.primary_key, _is_canonical(column)) for column in columns]
    kind = str(table.__tablename__)
    try:
        stored = session.execute(query.where(condition).execution_options(yield_per=KEYS_IN_A_QUERY))
        return [_hashed(kind, shape, row) for row in stored]
    except UNREADABLE as error:
        check_unreadable(error)
        keys = session.scalars(sa_select(_primary(table)).where(condition)).all()
    found = []
    for key in map(str, keys):
        try:
            found.append(_hashed(kind, shape, session.execute(query.where(_is_one_of(table, [key]))).one()))
        except UNREADABLE as error:
            check_unreadable(error)
            found.append((key, "unreadable"))
    return found


def check_unreadable(error: Exception) -> None:
    """Raise an error again that isn't about a stored value: SQLite has one kind for those and for a full disk."""
    if isinstance(error, OperationalError) and "decode" not in str(error):
        raise error


def _as_hashed(column: Column[Any]) -> ColumnElement[Any]:
    # A canonical text is hashed as it stands: reading evidence of megabytes to write it again is slow.
    return type_coerce(column, Text).label(column.name) if _is_canonical(column) else column


def _is_canonical(column: Column[Any]) -> bool:
    return bool(getattr(column.type, "is_canonical", False))


def _hashed(kind: str, shape: Sequence[tuple[str, bool, bool]], row: Sequence[Any]) -> tuple[str, str]:
    """Return key and hash of a row; `shape` has each column's name, and whether it is the key and canonical."""
    columns = {}
    for (name, is_key, is_canonical), value in zip(shape, row, strict=True):
        if is_key:
            key = str(value)
        if value is None:
            continue
        if isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat(timespec="microseconds")
        columns[name] = text_digest(value) if is_canonical else value
    return key, digest({"table": kind, "columns": columns})


def _primary(table: type[Table]) -> Column[Any]:
    primary: tuple[Column[Any], ...] = inspect(table).primary_key
    return primary[0]


def _is_one_of(table: type[Table], keys: Iterable[str]) -> ColumnElement[bool]:
    primary = _primary(table)
    return primary.in_([int(key) if primary.type.python_type is int else key for key in keys])


def written(session: Session) -> list[NamedRow]:
    """Return the rows that were written in this session since this was last asked, as they are stored now."""
    session.flush()
    noted: dict[Row, type[Table] | None] = session.info.pop(_WRITTEN, {})
    found = [NamedRow(kind, key, None) for (kind, key), table in noted.items() if table is None]
    for table, after in session.info.pop(INSERTED, {}).items():
        new = _hashes(session, table, _primary(table) > after)
        found += [NamedRow(str(table.__tablename__), *one) for one in new]
    by_table: dict[type[Table], list[str]] = {}
    for (_, key), table in noted.items():
        if table is not None:
            by_table.setdefault(table, []).append(key)
    for table, keys in by_table.items():
        found += [NamedRow(str(table.__tablename__), *one) for one in content_hashes(session, table, keys)]
    return found


def _noted(session: Session) -> dict[Row, type[Table] | None]:
    noted: dict[Row, type[Table] | None] = session.info.setdefault(_WRITTEN, {})
    return noted


@event.listens_for(Session, "after_flush")
def _note_written(session: Session, _context: object) -> None:
    for row in (*session.new, *(one for one in session.dirty if session.is_modified(one))):
        if isinstance(row, Table) and row.logged:
            _noted(session)[_row(row)] = type(row)
    for row in session.deleted:
        if isinstance(row, Table) and row.logged:
            _noted(session)[_row(row)] = None


@event.listens_for(Session, "after_rollback")
def _forget_written(session: Session) -> None:
    session.info.pop(_WRITTEN, None)
    session.info.pop(INSERTED, None)


def _row(row: Table) -> Row:
    (key,) = inspect(type(row)).primary_key_from_instance(row)
    return str(row.__tablename__), str(key)


def of_subjects(session: Session, named: Iterable[NamedRow], subjects: Sequence[str]) -> list[list[NamedRow]]:
    """Share rows out to entries written together: a snippet's to its own, anything else to the last."""
    shared: list[list[NamedRow]] = [[] for _ in subjects]
    places = {subject: place for place, subject in enumerate(subjects)}
    snippet, version = (inspect(table).local_table.c for table in (SnippetRow, SnippetVersionRow))
    keys: dict[int, str] = dict(session.execute(sa_select(snippet.id, snippet.key)).all())
    snippet_of: dict[int, int] = dict(session.execute(sa_select(version.id, version.snippet_id)).all())
    for one in named:
        number = int(one.key) if one.kind in ("snippet", "snippet_version") else 0
        own = snippet_of.get(number, 0) if one.kind == "snippet_version" else number
        shared[places.get(f"snippet:{keys.get(own)}", len(subjects) - 1)].append(one)
    return shared


def in_detail(named: Sequence[NamedRow], *, together: bool = False) -> Mapping[str, Any]:
    """Return what an entry's detail says of the rows that it names; more than `FEW` stand `together` anyway."""
    if not named:
        return {}
    if together or len(named) > FEW:
        return {BATCH: {"rows": len(named), "sha256": batch_digest(named)}}
    return {ROWS: {f"{one.kind}:{one.key}": one.sha256 for one in named}}


def batch_digest(named: Iterable[NamedRow]) -> str:
    """Return the one digest of rows that are named together: sha256 over table, key and hash of each, sorted."""
    return digest(sorted([one.kind, one.key, one.sha256 or ""] for one in named))
