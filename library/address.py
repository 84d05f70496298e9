"""Where a database is: the SQLite file of a home, or what a URL names."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from library.errors import Refused
from library.secrets import know

URL_VARIABLE = "COMPOSER_DATABASE_URL"
POSTGRESQL = "postgresql"
_DRIVER = "postgresql+psycopg"
_ANY_DRIVER = (POSTGRESQL, "postgres")


def file_of_home(home: Path) -> URL:
    """Return the address of the SQLite file in a home."""
    return URL.create("sqlite", database=str(home.absolute() / "composer.db"))


def address_of_home(home: Path) -> URL:
    """Return the address of a home's database: what COMPOSER_DATABASE_URL names, else its file; see `address`."""
    given = os.environ.get(URL_VARIABLE)
    return address(given, where=URL_VARIABLE) if given else file_of_home(home)


def address(given: str, *, where: str) -> URL:
    """Return what a database's URL names; PostgreSQL without the name of a driver is reached through psycopg.

    Raises `Refused` for a text that is no such URL, and for a database in memory. `where` is what holds the
    text, which may hold a password and isn't repeated.
    """
    try:
        url = make_url(given)
        know(str(url.password or ""))
        if url.drivername in _ANY_DRIVER:
            url = url.set(drivername=_DRIVER)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise Refused("this is not a database URL", where=where, fix="Correct or unset it.") from error
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise Refused("a database in memory would lose everything", where=where, fix="Name a file.")
    return url
