"""All prompts of a source, each followed: what the endpoint serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from composer.runtime.following import LOGGER, Followed
from composer.runtime.prompt import ReleasedPrompt
from composer.runtime.source import Source
from library.errors import Refused

if TYPE_CHECKING:
    from composer.attestation.keys import PublicKey

Place = tuple[str, str]
"""A task and a target, by their names."""


@dataclass(frozen=True)
class Entry:
    """What a place holds: the last good prompt, if there was one, and what is wrong with what is there now."""

    prompt: ReleasedPrompt | None
    problem: Refused | None


class Catalogue:
    """The prompts of a source as they are released, looked at again at most every `every` seconds.

    Threads share it. What was good once stays, whatever becomes of the source; what never was holds its problem in
    place of a prompt.
    """

    def __init__(
        self,
        source: Source,
        *,
        every: float = 5.0,
        key: PublicKey | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """List the source, or raise `Refused`; `clock` gives seconds that only rise."""
        self.source = source
        self.every = every
        self._key, self._clock = key, clock
        self._refreshing = threading.Lock()
        self._checked = clock()
        self._problem: Refused | None = None
        self._followed: Mapping[Place, Followed | Refused] = {}
        self._take_in(source.listed())

    @property
    def problem(self) -> Refused | None:
        """Why the source could not be listed when it was last tried; None where it could."""
        return self._problem

    def entries(self) -> dict[Place, Entry]:
        """Return what each place holds, by task and target, sorted; new ones are taken in where it is time."""
        self._relist()
        return {place: self._entry(place) for place in sorted(self._followed)}

    def get(self, task: str, target: str) -> Entry | None:
        """Return what one place holds, or None where there is no such place; an unknown one costs no reading."""
        self._relist()
        return self._entry((task, target)) if (task, target) in self._followed else None

    def _entry(self, place: Place) -> Entry:
        found = self._followed[place]
        return Entry(None, found) if isinstance(found, Refused) else Entry(found.current, found.problem)

    def _relist(self) -> None:
        if self._clock() - self._checked < self.every or not self._refreshing.acquire(blocking=False):
            return
        try:
            self._take_in(self.source.listed())
            self._problem = None
        except Refused as refusal:
            if str(refusal) != str(self._problem):
                LOGGER.warning("what is released can't be listed: %s", refusal)
            self._problem = refusal
        finally:
            self._checked = self._clock()
            self._refreshing.release()

    def _take_in(self, listed: tuple[Place, ...]) -> None:
        """Follow each place that isn't followed yet; the others are left as they are."""
        known = {place: one for place, one in self._followed.items() if isinstance(one, Followed)}
        self._followed = {place: self._follow(*place) for place in listed if place not in known} | known

    def _follow(self, task: str, target: str) -> Followed | Refused:
        try:
            return Followed(self.source, task, target, every=self.every, key=self._key, clock=self._clock)
        except Refused as refusal:
            if str(refusal) != str(self._followed.get((task, target))):
                LOGGER.warning("%s on %s is not served: %s", task, target, refusal)
            return refusal
