"""Where released packs come from: a folder of them, a home, or a database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from composer.runtime.folder_source import FolderSource
from composer.runtime.source import Source
from library.errors import Refused

DATABASE_FILE = "composer.db"


def source_of(place: str | Path) -> Source:
    """Return the source at a place, of which nothing is read before it is asked for.

    That is a folder which holds one pack, or packs as `TASK/TARGET`; a home folder; or the URL of a database.
    Raises `Refused` for anything else.
    """
    if "://" in str(place):
        return _database(str(place))
    folder = Path(place).expanduser().absolute()
    if (folder / DATABASE_FILE).is_file():
        return _database(f"sqlite:///{folder / DATABASE_FILE}")
    if not folder.is_dir():
        raise Refused(
            "there is no such folder",
            where=str(folder),
            fix="Name a folder of packs, a home, or a database as a URL.",
        )
    return FolderSource(folder)


def pack_files(source: str | Path, task: str, target: str) -> Mapping[str, bytes]:
    """Return the files of the pack for (task, target) at a place, by name; they are not verified yet.

    Raises what `source_of` raises, and `Refused` where the pack isn't there or can't be read.
    """
    return source_of(source).files(task, target)


def _database(url: str) -> Source:
    from composer.runtime.database_source import DatabaseSource  # SQLAlchemy takes a while to import

    return DatabaseSource(url)
