"""What a database says went wrong, in plain words where a person can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from urllib.parse import unquote

from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from library.address import URL_VARIABLE
from library.beside import how_to_restore
from library.canonical import NotStorable
from library.disk import FAULTY, FREE_SPACE, PERMISSIONS
from library.errors import Refused

READ_ONLY = "attempt to write a readonly database"
_FULL, _IO_ERROR = "database or disk is full", "disk i/o error"
_UNOPENED = "unable to open database file"
_LEAST_BYTES = 100_000
"""With fewer bytes free SQLite can't make the file beside a database that even reading takes."""
_SQLITE = {
    _FULL: ("the disk is full", FREE_SPACE),
    READ_ONLY: ("the database can't be written", PERMISSIONS),
    _UNOPENED: ("the database file can't be opened", PERMISSIONS),
    "database is locked": (
        "another process keeps the database locked",
        "Wait for it to end, and do it again.",
    ),
    _IO_ERROR: ("the disk gave an error", FAULTY),
    "file is not a database": ("the file is not a database, or its beginning is damaged", ""),
    "database disk image is malformed": ("the database file is damaged", ""),
    "could not decode to utf-8": ("the database holds a damaged text", ""),
}
"""What is wrong and what to do, by what SQLite says; without anything to do, a backup has to be put back."""
_POSTGRESQL = {
    "55P03": ("another process keeps the database locked", "Wait for it to end, and do it again."),
    "40P01": ("two processes waited for each other, and this one gave way", "Do it again: nothing was stored."),
    "53100": ("the server's disk is full", "Free some space and do it again."),
    "53300": ("the server has no connection left", "Close some, or raise its max_connections."),
    "22003": ("a number is too large to be stored", "Give a smaller one: up to 2,147,483,647."),
    "42501": ("the server refuses that to this user", "Grant the user what it takes, or own the database."),
    "25006": ("the server only reads", "Name one that can be written."),
    "XX001": ("the server's data are damaged", "Restore them by the server's own tools, from a backup."),
    "XX002": ("an index of the server is damaged", "Have its owner run REINDEX DATABASE, and do it again."),
}
"""By the server's own code of an error."""


def of_the_place(said: str, file: Path) -> Refused | None:
    """Return the refusal where SQLite says that a file's place is to blame: its disk, or who may write it."""
    for sign in (_FULL, READ_ONLY, _UNOPENED, _IO_ERROR):
        if sign in said.lower():
            what, fix = _SQLITE[sign]
            return Refused(what, where=str(file), fix=fix)
    return None


@contextmanager
def in_plain_words(url: URL, only_read: str = "") -> Iterator[None]:
    """Turn what a person can fix about a database into Refused; everything else fails as it is."""
    try:
        yield
    except (UnicodeEncodeError, NotStorable) as error:
        raise _not_storable(url) from error
    except DatabaseError as error:
        message = str(error.orig).lower()
        if "nul (0x00)" in message:
            raise _not_storable(url) from error
        if only_read and READ_ONLY in message:
            raise Refused(only_read) from error
        for sign, (what, fix) in _SQLITE.items():
            if sign in message:
                if sign == _IO_ERROR and _is_full(url):
                    what, fix = _SQLITE[_FULL]
                raise Refused(what, where=_place(url), fix=fix or how_to_restore(_file(url))) from error
        if known := _POSTGRESQL.get(getattr(error.orig, "sqlstate", None) or ""):
            raise Refused(known[0], where=str(url), fix=known[1]) from error
        if url.get_backend_name() != "sqlite" and isinstance(error, OperationalError):
            first_line = str(error.orig).strip().splitlines()[0]
            raise Refused(
                f"the database can't be used: {first_line}",
                where=str(url),
                fix=f"Check that it runs, and {URL_VARIABLE}.",
            ) from error
        raise


def _not_storable(url: URL) -> Refused:
    what = "a text holds a character that can't be stored: half of a surrogate pair, or NUL"
    return Refused(what, where=str(url), fix="Remove it from the text; nothing was stored.")


def _file(url: URL) -> Path | None:
    """Return the file of a SQLite database, also of one that is named by a URI."""
    named = url.database or ""
    return Path(unquote(named.removeprefix("file:")) if named.startswith("file:") else named) if named else None


def _is_full(url: URL) -> bool:
    """Whether a SQLite database's disk is full, which SQLite calls an error of the disk where it only reads."""
    file = _file(url)
    return file is not None and file.parent.is_dir() and disk_usage(file.parent).free < _LEAST_BYTES


def _place(url: URL) -> str:
    return str(_file(url) or url)
