"""A home looked at from end to end, each part on its own, so that one that is broken hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from composer.health import database as databases
from composer.health import files, models, rows, space, work
from composer.health.findings import Finding, fine, tried, worst
from composer.health.models import Progress
from composer.home.paths import Home
from composer.models.catalogue import CATALOGUE
from composer.models.download import free_bytes, models_folder
from composer.registry.targets import list_targets
from library.address import POSTGRESQL, address_of_home
from library.beside import beside, check_before_opening
from library.database import Database, newest_revision
from library.errors import Refused
from library.reading import reading

UPGRADE = "upgrade"


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


@dataclass
class _Seen:
    """What the database told that other parts need: its bytes, the models of its targets, its work."""

    size: int = 0
    models: frozenset[str] = frozenset()
    numbers: dict[str, frozenset[int]] | None = None


def examine(
    home: Home,
    *,
    at: datetime,
    progress: Progress = no_progress,
    free: Callable[[Path], int] = free_bytes,
) -> tuple[Finding, ...]:
    """Look at a home and all it needs, and change nothing; `at` is what this machine's clock says.

    `progress` is told what is looked at, with the bytes read of how many (0 of 0 where that isn't known); `free`
    gives the bytes free on the disk of a folder. What is wrong is returned, never raised.
    """
    found = [*files.folder(home)]
    if not home.path.is_dir():
        return tuple(found)
    found += files.secrets(home)
    found += tried(files.SIGN_IN, lambda: files.sign_in(home))
    seen = _Seen()
    found += _steadily(home, lambda: tried(databases.ABOUT, lambda: _database(home, at, progress, seen)))
    if seen.numbers is not None:
        found += files.leftovers(home, seen.numbers)
    found += space.room(home.path, seen.size, free)
    folder = models_folder()
    found += models.model_files(seen.models, folder, progress)
    missing = sum(one.bytes for one in CATALOGUE if one.name in seen.models and not (folder / one.file).is_file())
    found += space.room_for_models(folder, missing, free)
    found += [*files.kept_before(home), *files.app(home)]
    return tuple(found)


def _steadily(home: Home, look: Callable[[], tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Look again where somebody began to write meanwhile: a file that nobody had open is read without locks."""
    before = _stamp(home)
    found = look()
    return look() if _stamp(home) != before and worst(found) == "fault" else found


def _stamp(home: Home) -> tuple[object, ...]:
    paths = (home.database, beside(home.database, "-wal"))
    return tuple((one.stat().st_mtime_ns, one.stat().st_size) if one.exists() else None for one in paths)


def _database(home: Home, at: datetime, progress: Progress, seen: _Seen) -> Iterator[Finding]:
    url = address_of_home(home.path)
    file = None if url.get_backend_name() == POSTGRESQL else Path(url.database or "")
    if file is not None:
        check_before_opening(file)
        seen.size = file.stat().st_size if file.is_file() else 0
    database = reading(home.path)
    try:
        yield from databases.opened(database, file)
        progress("reading the database's pages", 0, 0)
        yield from tried(databases.PAGES, lambda: databases.pages(database, file))
        schema = tried(databases.SCHEMA, lambda: databases.schema(database))
        yield from schema
        if worst(schema) == "fine":
            yield from tried(rows.LOG, lambda: _head(database, file))
            yield from _contents(database, home, at, progress, seen)
        elif worst(schema) == "warning" and database.revisions() and file is not None:
            progress("upgrading a copy of the database", 0, 0)
            yield from tried(UPGRADE, lambda: _upgraded(database, home, at, progress, seen))
    finally:
        database.close()


def _head(database: Database, file: Path | None) -> Iterator[Finding]:
    database.check_head(file)
    return iter(())


def _upgraded(database: Database, home: Home, at: datetime, progress: Progress, seen: _Seen) -> Iterator[Finding]:
    """Upgrade a copy of an older database, and look at what that holds."""
    with TemporaryDirectory() as folder:
        copy = databases.upgraded_copy(database, Path(folder))
        yield fine(UPGRADE, f"a copy was upgraded to {newest_revision()}; what follows is of that copy")
        try:
            yield from _contents(copy, home, at, progress, seen)
        finally:
            copy.close()


def _contents(database: Database, home: Home, at: datetime, progress: Progress, seen: _Seen) -> Iterator[Finding]:
    looks: dict[str, Callable[[Session], Iterator[Finding]]] = {
        rows.LOG: rows.against_the_log,
        rows.ORPHANS: rows.orphaned,
        rows.CLOCK: lambda session: rows.clock(session, at),
        work.WORK: lambda session: work.cut_off(session, home),
    }
    for about, look in looks.items():
        progress(f"reading the {about}", 0, 0)
        yield from tried(about, partial(_in_session, database, look))
    with suppress(Refused), database.session() as session:  # said already by what was looked at before
        seen.models = frozenset(one.model for one in list_targets(session) if one.kind == "embedded")
        seen.numbers = work.numbers(session)


def _in_session(database: Database, look: Callable[[Session], Iterator[Finding]]) -> list[Finding]:
    with database.session() as session:
        return list(look(session))
