"""Where released packs come from: a folder of them, a home, a database, or MLflow's prompt registry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from composer.runtime.folder_source import FolderSource
from composer.runtime.source import Source
from library.errors import Refused

if TYPE_CHECKING:
    from sqlalchemy import URL

DATABASE_FILE, LOCKS = "composer.db", "locks"
"""What a home holds, and a folder of packs doesn't."""
MLFLOW = "mlflow:"
"""What the address of an MLflow server begins with."""


def source_of(place: str | Path) -> Source:
    """Return the source at a place, of which nothing is read before it is asked for.

    That is a folder which holds one pack, or packs as `TASK/TARGET`; a home folder, whose database is the one that
    COMPOSER_DATABASE_URL names, if it is set; the URL of a database; or `mlflow:` and the address of an MLflow
    server, with `?alias=NAME` where it isn't production. Raises `Refused` for anything else.
    """
    if str(place).startswith(MLFLOW):
        return _mlflow(str(place).removeprefix(MLFLOW))
    if "://" in str(place):
        from library.address import address  # SQLAlchemy takes a while to import

        return _database(address(str(place), where="source"))
    folder = Path(place).expanduser().absolute()
    if (folder / DATABASE_FILE).is_file() or (folder / LOCKS).is_dir():
        return home_source(folder)
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


def home_source(home: Path) -> Source:
    """Return what is released in a home: in the database that COMPOSER_DATABASE_URL names, else in its file."""
    from library.address import address_of_home

    return _database(address_of_home(home))


def _mlflow(place: str) -> Source:
    try:
        from composer.runtime.mlflow_source import MlflowSource  # an extra, and it takes seconds to import
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mlflow":
            raise
        fix = "Install instruction-composer[mlflow]."
        raise Refused("the client of mlflow isn't installed", fix=fix) from error
    return MlflowSource(place)


def _database(url: URL) -> Source:
    from composer.runtime.database_source import DatabaseSource

    return DatabaseSource(url)
