"""Models of one machine take turns at its cores: side by side each would wait for the other at every step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

from filelock import FileLock, Timeout

from library.errors import Refused

WAITING = "taking turns with another run on this machine"
POLL_SECONDS = 0.005
"""How often a process that waits looks whether it is its turn; an answer takes a tenth of a second or more."""
LONG_SECONDS = 60.0
"""Few answers take as long: a process that does may be halted, which those who wait for it can't see."""


class Turns:
    """Lets the answers of one process and those of others on this machine be computed one after the other.

    Answers of this process may be computed side by side; they make room, all of them, once another process
    waits. Of two locks in `folder`, `now` is held by who computes and `next` by who comes next: who has just
    computed must queue behind it, so that nobody waits longer than one turn of each other. The system frees
    both when a process ends. `on_wait` is told in words that turns are taken, whose turn is long, and with an
    empty text that turns are taken no longer. Raises `Refused` where the folder can't be made.
    """

    def __init__(self, folder: Path, on_wait: Callable[[str], None] = lambda _text: None) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "holder").open("a").close()  # without a new time, by which a turn is told from the next
        except OSError as problem:
            raise Refused(
                f"models of this machine can't take turns: {problem.strerror}",
                where=str(folder),
                fix="Make the folder writable, or name another cache folder in XDG_CACHE_HOME.",
            ) from problem
        self._next = FileLock(folder / "next.lock", thread_local=False)
        self._now = FileLock(folder / "now.lock", thread_local=False)
        self._holder = folder / "holder"
        self._on_wait = on_wait
        self._changed = Condition()
        self._computing = 0
        self._said = ""

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
        now = ""
        try:
            self._next.acquire(blocking=False)
            self._now.acquire(blocking=False)
        except Timeout:
            now = WAITING
            self._say(now)
            self._wait_for(self._next)  # counted where it is held already
            self._wait_for(self._now)
        finally:
            self._next.release(force=True)
        try:
            self._holder.write_text(str(os.getpid()), encoding="ascii")
        except OSError:
            self._now.release()
            raise
        self._say(now)

    def _wait_for(self, lock: FileLock) -> None:
        began = self._turn_began()
        while True:
            try:
                lock.acquire(timeout=LONG_SECONDS, poll_interval=POLL_SECONDS)
                return
            except Timeout:
                before, began = began, self._turn_began()
            if began == before:
                holder = self._holder.read_text(encoding="ascii")
                self._say(f"{WAITING}: process {holder} takes long; if it is halted, resume or end it")

    def _turn_began(self) -> int:
        return self._holder.stat().st_mtime_ns

    def _say(self, text: str) -> None:
        if text != self._said:
            self._on_wait(text)
        self._said = text

    def _others_wait(self) -> bool:
        try:
            self._next.acquire(blocking=False)
        except Timeout:
            return True
        self._next.release()
        return False
