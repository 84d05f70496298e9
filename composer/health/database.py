"""A home's database: whether it opens, whether its pages are whole, and which schema it has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from composer.audit.comparison import logged_tables
from composer.health.findings import Finding, fault, fine, listed, megabytes, warning
from library.beside import how_to_restore
from library.database import Database, newest_revision

ABOUT, PAGES, SCHEMA = "database", "pages", "schema"
_MOST = 20
"""How many damaged places are asked for."""


def opened(database: Database, file: Path | None) -> Iterator[Finding]:
    """Say whether a database can be read, and how large it is; raises `Refused` where it can't."""
    if file is None:
        with database.snapshot() as connection:
            (version,) = connection.exec_driver_sql("show server_version").one()
            (size,) = connection.exec_driver_sql("select pg_database_size(current_database())").one()
        shown = database.url.difference_update_query(["options"])
        yield fine(ABOUT, f"{shown}, {megabytes(size)}, PostgreSQL {version}")
        return
    with database.snapshot() as connection:
        connection.exec_driver_sql("select count(*) from sqlite_master").one()
    yield fine(ABOUT, f"{file}, {megabytes(file.stat().st_size)}")


def pages(database: Database, file: Path | None) -> Iterator[Finding]:
    """Say whether all pages of a SQLite file, and then its indexes, are whole; a server looks to its own."""
    if file is None:
        return
    with database.snapshot() as connection:
        for check in ("quick_check", "integrity_check"):
            said = [str(row[0]) for row in connection.exec_driver_sql(f"pragma {check}({_MOST})")]
            if said != ["ok"]:
                lines = [line for one in said for line in one.splitlines() if not line.startswith("***")]
                yield fault(PAGES, f"the file is damaged: {listed(lines)}", how_to_restore(file))
                return
    yield fine(PAGES, "every page and index is whole")


def schema(database: Database) -> Iterator[Finding]:
    """Say which schema a database has, and whether its tables are those of this version."""
    known, newest = database.revisions(), newest_revision()
    if known == {newest}:
        logged_tables()  # loads every table
        if differences := database.metadata_differences():
            names = [str(one[0] if isinstance(one, tuple) else one[0][0]) for one in differences]
            yield fault(SCHEMA, f"the tables are not those of schema {newest}: {listed(names)}", _RESTORE)
        else:
            yield fine(SCHEMA, f"{newest}, the newest")
        return
    if not known:
        yield warning(SCHEMA, "the database holds nothing yet", "`composer demo` or `composer task add` begins.")
        return
    from library.schema import known_revisions  # Alembic takes a while to import

    found = ", ".join(sorted(known))
    if known - known_revisions():
        yield fault(
            SCHEMA,
            f"{found}, which is of a newer version of this program; this one's is {newest}",
            "Install that version, or name another home. Nothing else was looked at in the database.",
        )
        return
    yield warning(
        SCHEMA,
        f"{found}, which is older than this version's {newest}",
        "`composer db upgrade`, or any other command, upgrades it: all of it or nothing.",
    )


_RESTORE = "Put a backup back with `composer restore FILE`."


def upgraded_copy(database: Database, folder: Path) -> Database:
    """Return a copy of a SQLite database in a folder, of the newest schema; raises `Refused` where it can't be."""
    place = folder / "composer.db"
    with database.snapshot() as connection, closing(sqlite3.connect(place)) as copy:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy)
    made = Database(URL.create("sqlite", database=str(place)))
    made.migrate()
    return made
