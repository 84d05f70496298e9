"""Following a release: a service uses what is released now, or the last good prompt where a new one fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from composer.runtime.loading import loaded, signer
from composer.runtime.looking import Looks
from composer.runtime.prompt import ReleasedPrompt
from composer.runtime.source import Source
from composer.runtime.sources import source_of
from composer.runtime.trouble import LOGGER, Trouble, utc_now
from library.errors import Refused

if TYPE_CHECKING:
    from composer.attestation.keys import PublicKey

STAYS = "%s on %s stays at release %d: %s"
WAIT_SECONDS = 0.2
"""For how long a request waits for a look at the source, as long as there is a good prompt."""


class Followed:
    """The prompt released now for (task, target), looked at again at most every `every` seconds; threads share it.

    `current` is the prompt: take it once per request, so that messages and parsing are of one release. When it is
    time, whoever takes it starts a look whether another was released, in a thread that ends with the look, and
    waits for it, but for `wait` seconds at most; the others get what there was, at once. What does not verify, or
    can't be read, is never used: the last good prompt stays, `problem` says why until it is over, `problem_since`
    since when, and the logger `composer.runtime` has it as a warning.

    As a context manager it is closed at the end: then nothing is looked at any more.
    """

    def __init__(
        self,
        source: Source,
        task: str,
        target: str,
        *,
        every: float = 60.0,
        wait: float = WAIT_SECONDS,
        key: PublicKey | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Load the prompt, or raise as `load` does; `clock` gives seconds that only rise, `now` the time."""
        self.task, self.target, self.every, self.wait = task, target, every, wait
        self._source, self._key = source, key
        self._trouble = Trouble(source, self._tell, now)
        self._told_late = False
        self._stamp: Hashable = source.stamp(task, target)
        self._prompt = self._load()
        self._looks = Looks(self._look, every=every, clock=clock, failed=self._trouble.fail)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def current(self) -> ReleasedPrompt:
        """The last good prompt, after a look for a newer one where it is time and that doesn't take long."""
        self._looks.if_due(self.wait)
        if self._looks.late and not self._told_late:
            self._told_late = True
            self._tell(self._trouble.silence.refusal)
        return self._prompt

    @property
    def last(self) -> ReleasedPrompt:
        """The last good prompt, as it is known without a look."""
        return self._prompt

    @property
    def looking(self) -> bool:
        """Whether a look hasn't come back yet."""
        return self._looks.under_way

    @property
    def problem(self) -> Refused | None:
        """Why what is released now isn't used, or why it isn't known; None where all is well."""
        found = self._trouble.found(late=self._looks.late)
        return None if found is None else found.refusal

    @property
    def problem_since(self) -> datetime | None:
        """When the first of the looks began that all failed since; None where all is well."""
        found = self._trouble.found(late=self._looks.late)
        return None if found is None else found.since

    def refresh(self) -> ReleasedPrompt:
        """Look for a newer prompt at once, after another look that is under way, and return the last good one.

        It waits for the source as long as that takes.
        """
        self._looks.now()
        return self._prompt

    def close(self) -> None:
        """Look no more; the last good prompt stays. A look that is under way is waited for, but not for long."""
        self._looks.close(self.wait)

    def _look(self) -> None:
        self._trouble.begin()
        self._told_late = False
        try:
            stamp = self._source.stamp(self.task, self.target)  # before the files: a change after it is seen next
            if stamp == self._stamp and self._trouble.found() is None:
                return
            self._use(self._load(), stamp)
        except Refused as refusal:
            self._trouble.keep(refusal)

    def _use(self, found: ReleasedPrompt, stamp: Hashable) -> None:
        if found.fingerprint != self._prompt.fingerprint:
            LOGGER.info("%s on %s is release %d now", self.task, self.target, found.release)
        elif self._trouble.found() is not None:
            LOGGER.info("%s on %s is well again", self.task, self.target)
        self._prompt, self._stamp = found, stamp
        self._trouble.over()

    def _tell(self, refusal: Refused) -> None:
        LOGGER.warning(STAYS, self.task, self.target, self._prompt.release, refusal)

    def _load(self) -> ReleasedPrompt:
        return loaded(self._source, self.task, self.target, key=self._key)


def follow(
    task: str,
    *,
    target: str,
    source: str | Path,
    every: float = 60.0,
    wait: float = WAIT_SECONDS,
    key: str | Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Followed:
    """Return the prompt for (task, target) at a source as one that follows what is released there.

    It is looked at again at most every `every` seconds of `clock`, started by whoever takes `current` then, who
    waits for it for `wait` seconds at most. Raises what `load` raises where there is nothing to start with.
    """
    return Followed(source_of(source), task, target, every=every, wait=wait, key=signer(key), clock=clock)
