"""A button pressed twice: what it does is done once, and what was typed is neither stored twice nor lost.

Streamlit answers the second press in another thread at once, and breaks the first off at its next look at the
session state: before the act is done, or between its being done and what the page makes of that. So one press
waits for the other, an act that takes a text does all of it before it looks there again, and the press that broke
it off ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from ui.shell.state import Key

AGAIN_SECONDS = 1.5
"""How long after a page has shown what an act did a press still counts as the same one."""


@dataclass
class _Done:
    """An act that was done with a text; its `rest` is left to do, and a page showed it at `shown` (monotonic)."""

    act: str
    text: str
    rest: Callable[[], None] | None
    shown: float | None = None


@dataclass
class Presses:
    """The last act of a session that was done with a text, kept in an object that is changed without Streamlit."""

    last: _Done | None = None
    turn: RLock = field(default_factory=RLock)
    """Held from the look at the last act to the note of the next one."""

    def is_again(self, act: str, text: str) -> bool:
        """Whether an act was done just now, and is asked for again, with the same text or from an empty field."""
        last = self.last
        if last is None or last.act != act or text.strip() not in ("", last.text):
            return False
        return last.shown is None or time.monotonic() - last.shown <= AGAIN_SECONDS

    def note(self, act: str, text: str, rest: Callable[[], None]) -> None:
        """Note that an act was done with this text, and what the page makes of that: `rest`, done by `end`."""
        self.last = _Done(act, text.strip(), rest)

    def end(self) -> None:
        """Do what is left of the last act; once more where that was broken off."""
        if self.last is not None and self.last.rest is not None:
            self.last.rest()
            self.last.rest = None

    def page_is_shown(self) -> None:
        """Note that the page has shown what the last act did, at the end of its script."""
        if self.last is not None and self.last.shown is None:
            self.last.shown = time.monotonic()


_PRESSES: Key[Presses | None] = Key("presses", None)


def presses() -> Presses:
    """Return what this session keeps of its last act; to be called before an act does anything."""
    kept = _PRESSES.get()
    if kept is None:
        kept = Presses()
        _PRESSES.set(kept)
    return kept
