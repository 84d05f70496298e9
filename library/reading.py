"""A database opened only to be looked at: nothing is made, migrated or written, not even beside its file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from library.address import POSTGRESQL, address_of_home
from library.beside import beside
from library.database import Database
from library.errors import Refused

_READ_ONLY = "-c default_transaction_read_only=on"


def reading(home: Path) -> Database:
    """Open the database of a home as it is, to be read alone; raises `Refused` where there is none.

    A SQLite file beside which nothing waits is read without any file being made there, so that one on a full disk
    or in a folder that can't be written is read too. Its URL is then not that of the home.
    """
    url = address_of_home(home)
    if url.get_backend_name() == POSTGRESQL:
        options = " ".join([*_as_list(url.query.get("options", ())), _READ_ONLY])
        return Database(url.update_query_dict({"options": options}))
    file = Path(url.database or "")
    if not file.is_file():
        raise Refused("there is no database here", where=str(file), fix="Name another home with --home.")
    return Database(_read_only(file))


def _read_only(file: Path) -> URL:
    rest = (beside(file, ending) for ending in ("-wal", "-journal"))
    in_use = any(one.exists() and one.stat().st_size for one in rest)
    query = {"mode": "ro", "uri": "true"} | ({} if in_use else {"immutable": "1"})
    return URL.create("sqlite", database=f"file:{quote(str(file.absolute()))}", query=query)


def _as_list(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
