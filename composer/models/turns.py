"""Models of one machine take turns at its cores: side by side each would wait for the other at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

from filelock import FileLock, Timeout

from library.errors import Refused

WAITING = "taking turns with another run on this machine"
POLL_SECONDS = 0.005
"""How often a process that waits looks whether it is its turn; an answer takes a tenth of a second or more."""


class Turns:
    """Lets the answers of one process and those of others on this machine be computed one after the other.

    Answers of this process may be computed side by side; they make room, all of them, once another process
    waits. Of two locks in `folder`, `now` is held by who computes and `next` by who comes next: who has just
    computed must queue behind it, so that nobody waits longer than one turn of each other. The system frees
    both when a process ends. `on_wait` is told in words that turns are taken, and with an empty text that they
    are no longer. Raises `Refused` where the folder can't be made.
    """

    def __init__(self, folder: Path, on_wait: Callable[[str], None] = lambda _text: None) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise Refused(
                f"models of this machine can't take turns: {problem.strerror}",
                where=str(folder),
                fix="Make the folder writable, or name another cache folder in XDG_CACHE_HOME.",
            ) from problem
        self._next = FileLock(folder / "next.lock", thread_local=False)
        self._now = FileLock(folder / "now.lock", thread_local=False)
        self._on_wait = on_wait
        self._changed = Condition()
        self._computing = 0
        self._waited = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Compute an answer when it is this process's turn; any thread may."""
        with self._changed:
            while self._computing and self._others_wait():
                self._changed.wait()
            if not self._computing:
                self._take()
            self._computing += 1
        try:
            yield
        finally:
            with self._changed:
                self._computing -= 1
                if not self._computing:
                    self._now.release()
                self._changed.notify_all()

    def _take(self) -> None:
        waited = False
        try:
            self._next.acquire(blocking=False)
            self._now.acquire(blocking=False)
        except Timeout:
            waited = True
            if not self._waited:
                self._on_wait(WAITING)
            self._next.acquire(poll_interval=POLL_SECONDS)  # counted where it is held already
            self._now.acquire(poll_interval=POLL_SECONDS)
        finally:
            self._next.release(force=True)
        if self._waited and not waited:
            self._on_wait("")
        self._waited = waited

    def _others_wait(self) -> bool:
        try:
            self._next.acquire(blocking=False)
        except Timeout:
            return True
        self._next.release()
        return False
