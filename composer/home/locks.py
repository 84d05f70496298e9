"""Locks that keep two workers of this machine off the same work; the system frees them when a process ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from composer.home.paths import Home
from library.errors import Refused

PATIENCE_SECONDS = 1.0
"""How long a worker waits for a lock, which a page that looks whether it is taken holds for a moment."""


@contextmanager
def exclusive_lock(home: Home, work: str, *, patience: float | None = None) -> Iterator[None]:
    """Hold the lock of a piece of work, such as `run-3`; raises `Refused` where another worker has it.

    It waits `patience` seconds for it, None for as long as a worker does.
    """
    home.locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.locks / f"{work}.lock", timeout=PATIENCE_SECONDS if patience is None else patience)
    try:
        lock.acquire()
    except Timeout as taken:
        what = work.replace("-", " ")
        raise Refused(f"another worker is on {what}", fix="Wait for it, or stop it.") from taken
    try:
        yield
    finally:
        lock.release()


def is_locked(home: Home, work: str) -> bool:
    """Whether a worker on this machine has this piece of work now."""
    try:
        with exclusive_lock(home, work, patience=0):
            pass
    except Refused:
        return True
    return False
