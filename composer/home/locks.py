"""Locks that keep two workers off the same work; they are free again when the process ends that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL

from composer.home.paths import Home
from library.address import POSTGRESQL, address_of_home
from library.claims import Claim, Taken, claimed, is_claimed, taken

PATIENCE_SECONDS = 1.0
"""How long a worker waits for a lock, which a page that looks whether it is taken holds for a moment."""


@contextmanager
def exclusive_lock(home: Home, work: str, *, patience: float | None = None, here: bool = False) -> Iterator[Claim]:
    """Hold the lock of a piece of work, such as `run-3`; raises `Taken` where another worker has it.

    Of all workers on the home's database, whatever machine they are on; with `here`, of those in this home alone.
    It waits `patience` seconds for one on this machine, None for as long as a worker does.
    """
    with _file_lock(home, work, PATIENCE_SECONDS if patience is None else patience, here=here):
        url = _shared(home)
        if url is None or here:
            yield Claim(work)
        else:
            with claimed(url, work) as claim:
                yield claim


def is_locked(home: Home, work: str, *, here: bool = False) -> bool:
    """Whether a worker has this piece of work now; with `here`, one in this home."""
    try:
        with _file_lock(home, work, 0, here=here):
            pass
    except Taken:
        return True
    url = _shared(home)
    return url is not None and not here and is_claimed(url, work)


@contextmanager
def _file_lock(home: Home, work: str, patience: float, *, here: bool) -> Iterator[None]:
    folder = _folder(home, here=here)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{work}.lock", timeout=patience)
    try:
        lock.acquire()
    except Timeout as error:
        raise taken(work) from error
    try:
        yield
    finally:
        lock.release()


def _shared(home: Home) -> URL | None:
    """Return the address of the database behind a home, where several machines may use it."""
    url = address_of_home(home.path)
    return url if url.get_backend_name() == POSTGRESQL else None


def _folder(home: Home, *, here: bool) -> Path:
    """Return where the locks lie: beside a SQLite file that several homes may share, else in the home."""
    url = address_of_home(home.path)
    if here or url.get_backend_name() == POSTGRESQL or not url.database or url.database.startswith("file:"):
        return home.locks
    return Path(url.database).parent / home.locks.name
