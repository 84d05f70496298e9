"""Copies of a home's database: made while it is in use, and put back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from library import log
from library.atomic import in_place
from library.beside import beside, how_to_restore, note_backup, note_head
from library.database import Database, open_database
from library.disk import unwritable
from library.errors import Refused
from library.people import require
from library.troubles import of_the_place

RESTORED = "restored"


class Unwritable(Refused):
    """There is no room for a copy, or no right to write it."""


_OF_A_KILLED_ONE = ("-journal", "-wal", "-shm")
"""What SQLite may leave beside a file that it was writing."""


def back_up(database: Database, file: Path) -> int:
    """Write all of a SQLite database into one new file, as it is at one moment; returns its size in bytes.

    Others may go on reading and writing meanwhile. The file is whole or not there. Raises `Refused` for another
    kind of database, a file that is there already, and a place that can't be written.
    """
    source = _file_of(database)
    if file.exists() or file.is_symlink():
        raise Refused("there is a file of this name already", where=str(file), fix="Name a new one.")
    try:
        with in_place(file, mode=0o600) as part, _plainly(file, source, fix=how_to_restore(source)):
            for ending in _OF_A_KILLED_ONE:
                beside(part, ending).unlink(missing_ok=True)
            _copy(source, part)
            with closing(sqlite3.connect(part)) as copy:
                copy.execute("pragma journal_mode = delete").close()  # one file, with nothing beside it
                _check_pages(copy, source, fix=how_to_restore(source))
    except OSError as error:
        raise _unwritable(file, error) from error
    note_backup(source, file)
    return file.stat().st_size


def restore(home: Path, file: Path, *, by: str, at: datetime) -> Path | None:
    """Put a backup in place of a home's database, and log it; returns where the one before was kept.

    Nobody may be at work in the home. Raises `Refused` where the file is no whole backup of this product, or of
    a newer version, for the role (admin, in the backup), and where the database before can't be kept.
    """
    if not file.is_file():
        raise Refused("there is no such file", where=str(file), fix="Name what `composer backup` wrote.")
    with _plainly(file), closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        _check_pages(copy, file)
        tables = {name for (name,) in copy.execute("select name from sqlite_master where type = 'table'")}
    if not {"alembic_version", "log", "snippet"} <= tables:
        raise Refused("this is no backup of a home", where=str(file), fix="Name what `composer backup` wrote.")
    place = home / "composer.db"
    with _ready(file, by=by, at=at) as ready:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "locks").mkdir(mode=0o700, exist_ok=True)
        kept = _set_aside(home, place, at)
        beside(place, "-head").unlink(missing_ok=True)
        with _plainly(place):
            _copy(ready, place)
        place.chmod(0o600)
    with open_database(home).session() as session:
        note_head(place, log.head(session))
    return kept


@contextmanager
def _ready(file: Path, *, by: str, at: datetime) -> Iterator[Path]:
    """Give a copy of a backup that this version can use, with the entry in its log that it was put back."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "composer.db"
        with _plainly(copy, file):
            _copy(file, copy)
        database = Database(URL.create("sqlite", database=str(copy)))
        database.migrate()
        with database.session() as session:
            require(session, by, "admin")
            detail = {"file": file.name, "entries": log.count(session), "head": log.head(session)}
            log.append(session, who=by, action=RESTORED, subject="home", why="", detail=detail, at=at)
        database.close()
        yield copy


def _set_aside(home: Path, place: Path, at: datetime) -> Path | None:
    """Keep a home's database: as a backup of its own, or as the files there are where it can't be opened."""
    files = [beside(place, ending) for ending in ("", "-wal", "-shm", "-head")]
    if not any(path.exists() for path in files):
        return None
    name = _free_name(home, f"composer-before-{at.astimezone(UTC):%Y%m%dT%H%M%S}")
    try:
        with closing(open_database(home, whole=False)) as database:
            back_up(database, home / f"{name}.db")
        return home / f"{name}.db"
    except Unwritable:  # it is no worse for that: there must be room for both
        raise
    except Refused:
        folder = home / name
        try:
            folder.mkdir()
            for path in files:
                if path.exists():
                    path.replace(folder / path.name)
        except OSError as error:
            raise _unwritable(folder, error) from error
        return folder


def _free_name(home: Path, name: str) -> str:
    """Return a name that nothing in a home has: of two restores in one second, each keeps what was there."""
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(one for one in names if not (home / one).exists() and not (home / f"{one}.db").exists())


def _file_of(database: Database) -> Path:
    if database.file is None:
        raise Refused(
            f"a {database.url.get_backend_name()} database is not backed up from here",
            fix="Use its own tool, such as pg_dump.",
        )
    return database.file


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _check_pages(connection: sqlite3.Connection, file: Path, *, fix: str = "Take another backup.") -> None:
    (said,) = connection.execute("pragma quick_check(1)").fetchone()
    if said != "ok":
        raise Refused(f"the database is damaged: {said}", where=str(file), fix=fix)


@contextmanager
def _plainly(written: Path, read: Path | None = None, *, fix: str = "Take another backup.") -> Iterator[None]:
    """Turn what SQLite says into a refusal: of the file that is written, or with `fix` of the one that is read."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if (known := of_the_place(str(error), written)) is not None:
            raise Unwritable(known.what, where=known.where, fix=known.fix) from error
        raise Refused(f"it can't be read as a database: {error}", where=str(read or written), fix=fix) from error


def _unwritable(file: Path, error: OSError) -> Refused:
    known = unwritable("it", file, error)
    return Unwritable(known.what, where=known.where, fix=known.fix)
