"""What the row of work on answers says while it is paid for, and of how it ended: of jobs, scorings and runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from composer.answers.evaluator import Counts, Stopped
from composer.home.processes import FAILED, STOPPED
from library.errors import Refused
from library.secrets import masked

LOOK_SECONDS = 1.0
"""How often it is looked whether somebody asked to stop."""


def in_words(problem: BaseException) -> str:
    """Return what ended some work: a refusal's own words, anything else as it is, without secrets."""
    return str(problem) if isinstance(problem, Refused) else masked(repr(problem))


def how_ended(problem: BaseException) -> tuple[str, str]:
    """Return the state that work is in after this, and its message: stopped by somebody, or failed."""
    if isinstance(problem, Stopped | KeyboardInterrupt):
        return STOPPED, str(problem) or "stopped; it can be continued"
    return FAILED, in_words(problem)


def looking(look: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> Callable[[], bool]:
    """Return what says whether somebody asked to stop, by a look at the database once a second at most."""
    looked, found = clock(), False

    def stop_asked() -> bool:
        nonlocal looked, found
        if not found and clock() - looked >= LOOK_SECONDS:
            looked, found = clock(), look()
        return found

    return stop_asked


def on_paid(tell: Callable[[int], None]) -> Callable[[Counts], None]:
    """Return what hears of the counts of a session, and tells how many answers were paid whenever that grows."""
    paid = 0

    def hear(counts: Counts) -> None:
        nonlocal paid
        if counts.paid > paid:
            paid = counts.paid
            tell(paid)

    return hear
