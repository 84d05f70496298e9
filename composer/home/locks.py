"""Locks that keep two workers of this machine off the same work; the system frees them when a process ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from composer.home.paths import Home
from library.errors import Refused


@contextmanager
def exclusive_lock(home: Home, work: str, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of a piece of work, such as `run-3`; raises `Refused` where another worker has it."""
    home.locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.locks / f"{work}.lock", timeout=patience)
    try:
        lock.acquire()
    except Timeout as taken:
        what = work.replace("-", " ")
        raise Refused(f"another worker is on {what}", fix="Wait for it, or stop it on the Runs page.") from taken
    try:
        yield
    finally:
        lock.release()


def is_locked(home: Home, work: str) -> bool:
    """Whether a worker on this machine has this piece of work now."""
    try:
        with exclusive_lock(home, work):
            pass
    except Refused:
        return True
    return False
