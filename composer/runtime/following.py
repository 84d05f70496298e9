"""Following a release: a service uses what is released now, or the last good prompt where a new one fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from composer.runtime.loading import loaded, signer
from composer.runtime.prompt import ReleasedPrompt
from composer.runtime.source import Source
from composer.runtime.sources import source_of
from library.errors import Refused

if TYPE_CHECKING:
    from composer.attestation.keys import PublicKey

LOGGER = logging.getLogger("composer.runtime")


class Followed:
    """The prompt released now for (task, target), looked at again at most every `every` seconds; threads share it.

    `current` is the prompt: take it once per request, so that messages and parsing are of one release. When it is
    time, whoever takes it looks whether another was released, at the cost of a query or of a look at the files;
    the others get what there was. What does not verify, or can't be read, is never used: the last good prompt
    stays, `problem` says why until it is over, and the logger `composer.runtime` has it as a warning.
    """

    def __init__(
        self,
        source: Source,
        task: str,
        target: str,
        *,
        every: float = 60.0,
        key: PublicKey | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Load the prompt, or raise as `load` does; `clock` gives seconds that only rise."""
        self.task, self.target, self.every = task, target, every
        self._source, self._key, self._clock = source, key, clock
        self._refreshing = threading.Lock()
        self._problem: Refused | None = None
        self._checked = clock()
        self._stamp: Hashable = source.stamp(task, target)
        self._prompt = self._load()

    @property
    def current(self) -> ReleasedPrompt:
        """The last good prompt, after a look for a newer one where it is time for that."""
        if self._clock() - self._checked >= self.every:
            self._refresh(wait=False)
        return self._prompt

    @property
    def problem(self) -> Refused | None:
        """Why what is released now isn't used, or why it isn't known; None where all is well."""
        return self._problem

    def refresh(self) -> ReleasedPrompt:
        """Look for a newer prompt at once, after another look that is under way, and return the last good one."""
        self._refresh(wait=True)
        return self._prompt

    def _refresh(self, *, wait: bool) -> None:
        if not self._refreshing.acquire(blocking=wait):
            return
        try:
            self._look()
        except Refused as refusal:
            self._keep(refusal)
        finally:
            self._checked = self._clock()
            self._refreshing.release()

    def _look(self) -> None:
        stamp = self._source.stamp(
            self.task, self.target
        )  # before the files: what changes after it is seen next time
        if stamp == self._stamp and self._problem is None:
            return
        found = self._load()
        if found.fingerprint != self._prompt.fingerprint:
            LOGGER.info("%s on %s is release %d now", self.task, self.target, found.release)
        elif self._problem is not None:
            LOGGER.info("%s on %s is well again", self.task, self.target)
        self._prompt, self._stamp, self._problem = found, stamp, None

    def _keep(self, refusal: Refused) -> None:
        if str(refusal) != str(self._problem):
            message = "%s on %s stays at release %d: %s"
            LOGGER.warning(message, self.task, self.target, self._prompt.release, refusal)
        self._problem = refusal

    def _load(self) -> ReleasedPrompt:
        return loaded(self._source, self.task, self.target, key=self._key)


def follow(
    task: str,
    *,
    target: str,
    source: str | Path,
    every: float = 60.0,
    key: str | Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Followed:
    """Return the prompt for (task, target) at a source as one that follows what is released there.

    It is looked at again at most every `every` seconds of `clock`, by whoever takes `current` then; no thread is
    started. Raises what `load` raises where there is nothing to start with.
    """
    return Followed(source_of(source), task, target, every=every, key=signer(key), clock=clock)
