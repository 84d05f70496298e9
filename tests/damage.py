"""Ways in which a disk, a machine or a person damages what a home rests on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, event


def damage_table(file: Path, table: str) -> None:
    """Overwrite the first page of a table in a SQLite file that nobody has open."""
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("select rootpage from sqlite_master where name = ?", (table,)).fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
    with file.open("r+b") as content:
        content.seek((page - 1) * size)
        content.write(b"\xa5" * size)


@contextmanager
def on_connect(*pragmas: Callable[[sqlite3.Connection], str]) -> Iterator[None]:
    """Have every new connection of SQLite run these, each made for the connection."""

    def run(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma(connection)).close()

    event.listen(Engine, "connect", run)
    try:
        yield
    finally:
        event.remove(Engine, "connect", run)


def full(connection: sqlite3.Connection) -> str:
    """Leave no page more to a database than it has, as a full disk does."""
    (pages,) = connection.execute("pragma page_count").fetchone()
    return f"pragma max_page_count = {pages}"


def read_only(_connection: sqlite3.Connection) -> str:
    """Refuse whatever is written, as a file that can only be read does."""
    return "pragma query_only = on"
