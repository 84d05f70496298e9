"""What looks at a source ran into, and since when: told once, and held until a look goes well."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from composer.runtime.looking import LATE_SECONDS
from composer.runtime.source import Source
from library.errors import Refused

LOGGER = logging.getLogger("composer.runtime")


def utc_now() -> datetime:
    """Return the time, for whoever hands none in."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Problem:
    """Why the last good prompt is not what is released now, or can't be known to be, and since when."""

    refusal: Refused
    since: datetime


class Trouble:
    """The problem of whatever is looked at in a source, None where all is well.

    `tell` is given each refusal that isn't that of the look before; `now` gives the time, `looked_at` is when the
    last look began.
    """

    def __init__(self, source: Source, tell: Callable[[Refused], None], now: Callable[[], datetime]) -> None:
        self._source, self._tell, self._now = source, tell, now
        self.looked_at = now()
        self._held: Problem | None = None

    def begin(self) -> None:
        """Note that a look begins."""
        self.looked_at = self._now()

    def over(self) -> None:
        """Note that a look went well."""
        self._held = None

    def keep(self, refusal: Refused) -> None:
        """Hold what a look was refused for."""
        before = self._held
        if before is None or str(refusal) != str(before.refusal):
            self._tell(refusal)
        self._held = Problem(refusal, self.looked_at if before is None else before.since)

    def fail(self, error: Exception) -> None:
        """Hold what no source should raise, and tell all of it: the service goes on."""
        LOGGER.error("the look at %s failed", self._source.where, exc_info=error)
        self.keep(Refused(f"the look failed: {type(error).__name__}", where=self._source.where))

    @property
    def silence(self) -> Problem:
        """What is told of a look that hasn't come back for long."""
        what = f"there was no answer in {LATE_SECONDS:.0f} seconds"
        return Problem(Refused(what, where=self._source.where, fix="Check the source."), self.looked_at)

    def found(self, *, late: bool = False) -> Problem | None:
        """Return what the last look came to; where it is `late`, that it hasn't come back."""
        return self._held or (self.silence if late else None)
