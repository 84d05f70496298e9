"""Looking at a source again when it is time, without keeping whoever asks for a prompt waiting for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

LATE_SECONDS = 10.0
"""After so long a look that hasn't come back is told of."""


class Looks:
    """One look at a time, each in a thread of its own that ends with it, at most every `every` seconds of `clock`.

    No thread runs between two looks, so a service may fork: the child looks for itself. A look that hangs keeps
    the next one from starting, and nobody waiting for longer than they want to.
    """

    def __init__(
        self,
        look: Callable[[], None],
        *,
        every: float,
        clock: Callable[[], float],
        failed: Callable[[Exception], None],
    ) -> None:
        """Count `every` from now on; `failed` is told what `look` raises, or why no thread could be started."""
        self._look, self._every, self._clock, self._failed = look, every, clock, failed
        self._ended = self._begun = clock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._renew()

    @property
    def under_way(self) -> bool:
        """Whether a look hasn't come back yet."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def late(self) -> bool:
        """Whether a look has been under way for so long that it has to be told."""
        return self.under_way and self._clock() - self._begun >= LATE_SECONDS

    def if_due(self, wait: float) -> None:
        """Start a look where it is time and none is under way, and wait for it, but for `wait` seconds at most."""
        if self._clock() - self._ended < self._every or self.under_way:
            return
        thread, ours = self._begin(blocking=False)
        if thread is not None and ours:
            thread.join(wait)

    def now(self) -> None:
        """Look at once, after a look that is under way, and wait until that is done."""
        ours = False
        while not ours:
            thread, ours = self._begin(blocking=True)
            if thread is None:
                return
            thread.join()

    def close(self, wait: float) -> None:
        """Start no more looks, and wait for one that is under way, but for `wait` seconds at most."""
        self._closed = True
        if self._thread is not None:
            self._thread.join(wait)

    def _renew(self) -> None:
        self._process, self._starting = os.getpid(), threading.Lock()

    def _begin(self, *, blocking: bool) -> tuple[threading.Thread | None, bool]:
        """Return the look that is under way, and whether it was started by this call; None where there is none.

        Unless `blocking`, none is started while somebody else is about to.
        """
        if self._process != os.getpid():
            self._renew()  # the lock may have been held in the process that forked
        if self._closed or not self._starting.acquire(blocking=blocking):
            return None, False
        try:
            if self.under_way:
                return self._thread, False
            self._begun = self._clock()
            thread = threading.Thread(target=self._run, name="composer-look", daemon=True)
            thread.start()
            self._thread = thread
            return thread, True
        except RuntimeError as error:  # no more threads, or the interpreter is ending
            self._ended = self._clock()
            self._failed(error)
            return None, False
        finally:
            self._starting.release()

    def _run(self) -> None:
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 - whoever uses what is looked at is told
            self._failed(error)
        finally:
            self._ended = self._clock()
