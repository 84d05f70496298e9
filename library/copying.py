"""All rows of one database into another that is empty: with their ids, and with the very texts that are hashed.

It is one transaction: cut off, the other database is as empty as before. What has arrived is read again and held
against what was sent before any of it counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Connection, MetaData, Select, Text, cast, func, inspect, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from library import log
from library.address import POSTGRESQL, address
from library.database import LOGGED, VERSION_TABLE, Database, lock_for_writing, open_address, open_database
from library.errors import Refused

ROWS_AT_ONCE = 1000
_LARGEST_SUM = 2**256


@dataclass(frozen=True)
class Copied:
    """What a copy came to: how many tables held anything, how many rows, and the hash of the log's last entry."""

    tables: int
    rows: int
    head: str


def copy_rows(
    source: Database,
    target: Database,
    *,
    check: Callable[[Session], None],
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Copied:
    """Write every row of one database into another, both of the newest schema; all or nothing.

    The source is read as it is at one moment. `check` looks at the copy before it counts, and raises where it
    isn't whole; `on_progress` is told how many rows of how many have been written. Every table must have been
    imported. Raises `Refused` for a target that holds anything, and where the two databases are one.
    """
    if source.url == target.url:
        raise Refused("a database can't be copied into itself", where=str(target.url), fix="Name another.")
    with source.snapshot() as reading, target.session() as session:
        writing = session.connection()
        tables = [(_as_text(one, reading), _as_text(one, writing)) for one in _tables(reading)]
        lock_for_writing(session)
        check_empty(session, target)
        session.execute(log.END.delete())
        counts = [_count(reading, one) for one, _ in tables]
        done, every = 0, sum(counts)
        for (one, other), count in zip(tables, counts, strict=True):
            sent = 0
            for some in _rows(reading, one):
                writing.execute(other.insert(), [dict(row) for row in some])
                done += len(some)
                sent = (sent + _sum(some)) % _LARGEST_SUM
                on_progress(done, every)
            _check_arrived(writing, other, count, sent)
            _continue_numbers(writing, other)
        check(session)
        session.info[LOGGED] = head = log.head(session)
    return Copied(sum(map(bool, counts)), every, head)


def named_source(place: str) -> Database:
    """Open what is copied, by a URL or the folder of a home; raises `Refused` where nothing is there."""
    if "://" not in place and not (Path(place).expanduser() / "composer.db").is_file():
        raise Refused("there is no database here", where=place, fix="Name the folder of a home, or a URL.")
    database = _named(place, "FROM")
    with database.session() as session:
        if not log.newest(session):
            raise Refused("the database holds nothing", where=str(database.url), fix="Name another.")
    return database


def named_target(place: str) -> Database:
    """Open what is copied into, by a URL or the folder of a home, which is made where it isn't there."""
    return _named(place, "TO")


def _named(place: str, argument: str) -> Database:
    if "://" in place:
        return open_address(address(place, where=argument))
    return open_database(Path(place).expanduser(), only_file=True)


def check_empty(session: Session, database: Database) -> None:
    """Raise `Refused` where a database holds anything besides its schema."""
    for table in SQLModel.metadata.sorted_tables:
        if table.name == log.END.name:
            continue
        if session.execute(select(func.count()).select_from(table)).scalar_one():
            raise Refused(
                f"the database to copy into is not empty: it has rows of {table.name}",
                where=str(database.url),
                fix="Name an empty one: a copy is never merged into what is there.",
            )


def _tables(connection: Connection) -> Sequence[SqlTable]:
    """Return all tables, those first that others refer to; one that no model knows is a mistake of ours."""
    known = SQLModel.metadata.sorted_tables
    stored = set(inspect(connection).get_table_names()) - {VERSION_TABLE}
    if stored != {one.name for one in known}:
        raise RuntimeError(f"tables without a model: {sorted(stored ^ {one.name for one in known})}")
    return known


class _StoredText(TypeDecorator[str]):
    """A JSON column as the text that is stored, which read and written anew might become another."""

    impl = Text
    cache_ok = True

    def __init__(self, *, is_postgresql: bool) -> None:
        super().__init__()
        self.is_postgresql = is_postgresql

    def column_expression(self, column: Any) -> Any:
        return cast(column, Text)

    def bind_expression(self, bindparam: Any) -> Any:
        return cast(bindparam, JSON) if self.is_postgresql else bindparam


def _as_text(table: SqlTable, connection: Connection) -> SqlTable:
    """Return a table whose JSON is read and written as text."""
    kind = _StoredText(is_postgresql=connection.dialect.name == POSTGRESQL)
    columns = (
        Column(one.name, kind if isinstance(one.type, JSON) else one.type, primary_key=one.primary_key)
        for one in table.columns
    )
    return SqlTable(table.name, MetaData(), *columns)


def _in_order(table: SqlTable) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


def _count(connection: Connection, table: SqlTable) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _rows(connection: Connection, table: SqlTable) -> Iterator[Sequence[Any]]:
    stored = connection.execute(_in_order(table), execution_options={"yield_per": ROWS_AT_ONCE})
    yield from stored.mappings().partitions()


def _sum(rows: Sequence[Any]) -> int:
    """Return the hashes of rows added up: the same in whatever order a database sorts their keys."""
    return sum(int.from_bytes(hashlib.sha256(repr(tuple(row.values())).encode()).digest()) for row in rows)


def _check_arrived(connection: Connection, table: SqlTable, count: int, sent: int) -> None:
    arrived = sum(map(_sum, _rows(connection, table))) % _LARGEST_SUM
    if _count(connection, table) != count or arrived != sent:
        raise Refused(
            f"the rows of {table.name} did not arrive as they were sent",
            where=str(connection.engine.url),
            fix="Nothing was stored. Check that the database keeps texts in UTF-8.",
        )


def _continue_numbers(connection: Connection, table: SqlTable) -> None:
    """Have PostgreSQL number new rows after those that came with their numbers, as SQLite does by itself."""
    key, *others = table.primary_key.columns
    if connection.dialect.name != POSTGRESQL or others or key.type.python_type is not int:
        return
    connection.execute(
        text(
            f"select setval(pg_get_serial_sequence('{table.name}', '{key.name}'), max({key.name}))"
            f" from {table.name} having count(*) > 0"
        )
    )
