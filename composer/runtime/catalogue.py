"""All prompts of a source, each followed: what the endpoint serves."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from composer.runtime.following import WAIT_SECONDS, Followed
from composer.runtime.looking import Looks
from composer.runtime.prompt import ReleasedPrompt
from composer.runtime.source import Source
from composer.runtime.trouble import LOGGER, Problem, Trouble, utc_now
from library.errors import Refused

if TYPE_CHECKING:
    from composer.attestation.keys import PublicKey

Place = tuple[str, str]
"""A task and a target, by their names."""


@dataclass(frozen=True)
class Entry:
    """What a place holds: the last good prompt, if there was one; what is wrong with it now, and since when."""

    prompt: ReleasedPrompt | None
    problem: Refused | None
    since: datetime | None = None


class Catalogue:
    """The prompts of a source as they are released, looked at again at most every `every` seconds.

    Threads share it. What was good once stays, whatever becomes of the source; what never was holds its problem in
    place of a prompt. Nobody who asks waits for the source for longer than about `wait` seconds.
    """

    def __init__(
        self,
        source: Source,
        *,
        every: float = 5.0,
        wait: float = WAIT_SECONDS,
        key: PublicKey | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """List the source, or raise `Refused`; `clock` gives seconds that only rise, `now` the time."""
        self.source = source
        self.every, self.wait = every, wait
        self._key, self._clock, self._now = key, clock, now
        self._trouble = Trouble(source, self._tell, now)
        self._followed: Mapping[Place, Followed | Problem] = {}
        self._take_in(source.listed())
        self._looks = Looks(self._relist, every=every, clock=clock, failed=self._trouble.fail)

    @property
    def problem(self) -> Refused | None:
        """Why the source could not be listed when it was last tried; None where it could."""
        found = self._trouble.found(late=self._looks.late)
        return None if found is None else found.refusal

    def entries(self) -> dict[Place, Entry]:
        """Return what each place holds, by task and target, sorted; new ones are taken in where it is time."""
        self._looks.if_due(self.wait)
        held: dict[Place, Entry] = {}
        quick = True
        for place, one in sorted(self._followed.items()):
            held[place] = self._entry(one, look=quick)
            # Where the source keeps one waiting it would keep each of them: the others are as they were.
            quick = quick and not (isinstance(one, Followed) and one.looking)
        return held

    def get(self, task: str, target: str) -> Entry | None:
        """Return what one place holds, or None where there is no such place; an unknown one costs no reading."""
        self._looks.if_due(self.wait)
        found = self._followed.get((task, target))
        return None if found is None else self._entry(found)

    def close(self) -> None:
        """Look no more; what there is stays."""
        self._looks.close(self.wait)
        for one in self._followed.values():
            if isinstance(one, Followed):
                one.close()

    def _entry(self, found: Followed | Problem, *, look: bool = True) -> Entry:
        if isinstance(found, Problem):
            return Entry(None, found.refusal, found.since)
        prompt = found.current if look and not self._looks.under_way else found.last
        if found.problem is None and self._looks.late:
            late = self._trouble.silence
            return Entry(prompt, late.refusal, late.since)
        return Entry(prompt, found.problem, found.problem_since)

    def _relist(self) -> None:
        self._trouble.begin()
        try:
            self._take_in(self.source.listed())
            self._trouble.over()
        except Refused as refusal:
            self._trouble.keep(refusal)

    def _tell(self, refusal: Refused) -> None:
        LOGGER.warning("what is released can't be listed: %s", refusal)

    def _take_in(self, listed: tuple[Place, ...]) -> None:
        """Follow each place that isn't followed yet; the others are left as they are."""
        known = {place: one for place, one in self._followed.items() if isinstance(one, Followed)}
        self._followed = {place: self._follow(*place) for place in listed if place not in known} | known

    def _follow(self, task: str, target: str) -> Followed | Problem:
        before = self._followed.get((task, target))
        try:
            return Followed(
                self.source,
                task,
                target,
                every=self.every,
                wait=self.wait,
                key=self._key,
                clock=self._clock,
                now=self._now,
            )
        except Refused as refusal:
            failing = before if isinstance(before, Problem) else None
            if failing is None or str(refusal) != str(failing.refusal):
                LOGGER.warning("%s on %s is not served: %s", task, target, refusal)
            return Problem(refusal, self._trouble.looked_at if failing is None else failing.since)
