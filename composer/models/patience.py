"""Trying again where a server is busy: with growing pauses that all threads of a target share, and not for ever.

DSPy's own retries wait in each thread for itself, without jitter and without a word.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

import dspy
from dspy.utils.exceptions import is_retryable_lm_error

TRIES = 6
"""How often one question is put while no other question of the target is answered in between."""
SILENT_TRIES = 2
"""How often a question is put that no reply comes to: the server may be at work on it, and have to be paid."""
LONGEST = 60.0
"""The longest pause of our own making, in seconds."""
LONGEST_ASKED = 600.0
"""A server that asks to wait longer than this many seconds is not waited for."""
LOOK_SECONDS = 0.25
"""How often it is looked, in a pause, whether whoever asked still waits."""
Given = TypeVar("Given")


class Patience:
    """Puts a question again after passing trouble; any thread may, and a pause holds for all of them.

    `say` is called with what is waited for, in words, and with an empty text when that is over. `sleep`, `clock`
    and `rng` are handed in by tests.
    """

    def __init__(
        self,
        say: Callable[[str], None] = lambda _text: None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        self._say = say
        self._sleep = sleep
        self._clock = clock
        self._rng = rng or random.Random()
        self._until = 0.0
        self._answered = 0
        self._lock = Lock()

    def through(self, call: Callable[[], Given], check: Callable[[], None] = lambda: None) -> Given:
        """Return what a call gives, made again after trouble that passes; raises the last trouble.

        `check` is called every now and then in a pause, and may raise to end it: then the call isn't made again.
        """
        tries, seen = 0, self._answered
        while True:
            self._wait(check)
            try:
                given = call()
            except dspy.LMError as error:
                tries = 1 if self._answered != seen else tries + 1
                seen = self._answered
                if not is_retryable_lm_error(error) or tries >= _most(error) or not self._pause(error, tries):
                    raise
            else:
                with self._lock:
                    self._answered += 1
                return given

    def _pause(self, error: dspy.LMError, tries: int) -> bool:
        """Have all threads pause; returns False where the server asks for longer than is waited."""
        asked = error.retry_after
        if asked is not None and asked > LONGEST_ASKED:
            return False
        seconds = min(2.0 ** (tries - 1), LONGEST) * self._rng.uniform(0.5, 1.0) if asked is None else float(asked)
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)
        what = "the server is busy: asking again in" if asked is None else "the server asks to wait"
        self._say(f"{what} {max(round(seconds), 1)} s")
        return True

    def _wait(self, check: Callable[[], None]) -> None:
        waited = False
        while (until := self._until) > self._clock():
            waited = True
            # A little apart, so that not all threads come back in the same moment.
            until += self._rng.uniform(0.0, 0.25)
            while (left := until - self._clock()) > 0:
                check()
                self._sleep(min(left, LOOK_SECONDS))
        if waited:
            self._say("")

    def __deepcopy__(self, memo: dict[int, Any]) -> Patience:
        """Return itself: a copied model asks the same server."""
        return self


def _most(error: dspy.LMError) -> int:
    """Return how often a question with this trouble is put; a reply with a status came, whatever it says."""
    return SILENT_TRIES if isinstance(error, dspy.LMTimeoutError) and error.status is None else TRIES
