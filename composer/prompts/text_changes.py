"""The difference of two texts, line by line, and of a reworded line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.5
"""Share of a line's characters that must stay for it to count as reworded rather than replaced."""

Piece = tuple[int, str]
"""An operation (−1 removed, 0 kept, +1 added) and its text."""


@dataclass(frozen=True)
class Line:
    """One line of a comparison: its text before and after, None on the side where it is missing."""

    before: str | None
    after: str | None

    @property
    def sign(self) -> str:
        """The mark in the gutter: blank for a kept line, − removed, + added, ± reworded."""
        if self.before == self.after:
            return ""
        return "±" if None not in (self.before, self.after) else ("−" if self.after is None else "+")


def compare(before: str, after: str) -> tuple[Line, ...]:
    """Compare two texts line by line; a removed line is paired with the added one that replaced it if alike."""
    lines: list[Line] = []
    gone: list[str] = []
    for operation, some in [*_pieces(before.split("\n"), after.split("\n")), (0, [])]:
        if operation == -1:
            gone = some
            continue
        lines += _replaced(gone, some if operation == 1 else [])
        lines += [Line(one, one) for one in some if operation == 0]
        gone = []
    return tuple(lines)


def _replaced(gone: Sequence[str], come: Sequence[str]) -> Iterator[Line]:
    """Yield lines in place of others; between two pairs, what was removed comes before what was added."""
    waiting, fresh = list(gone), list[str]()
    for new in come:
        place = next((place for place, old in enumerate(waiting) if _alike(old, new)), None)
        if place is None:
            fresh.append(new)
            continue
        yield from (Line(old, None) for old in waiting[:place])
        yield from (Line(None, one) for one in fresh)
        yield Line(waiting[place], new)
        fresh = []
        del waiting[: place + 1]
    yield from (Line(old, None) for old in waiting)
    yield from (Line(None, one) for one in fresh)


def _alike(old: str, new: str) -> bool:
    kept = sum(len(text) for operation, text in word_changes(old, new) if operation == 0)
    return kept > _ALIKE * max(len(old), len(new))


def word_changes(before: str, after: str) -> list[Piece]:
    """Compare two lines word by word."""
    found = _pieces(_WORDS.findall(before), _WORDS.findall(after), readable=True)
    return [(operation, "".join(some)) for operation, some in found]


def _pieces(before: Sequence[str], after: Sequence[str], *, readable: bool = False) -> list[tuple[int, list[str]]]:
    """Compare two sequences of tokens; `readable` joins changes that only trivial tokens keep apart.

    Each token becomes one character of the texts that diff-match-patch compares.
    """
    tokens = list(dict.fromkeys([*before, *after]))
    # Past the surrogates, which can't be alone in a string.
    sign = {token: chr(number if number < 0xD800 else number + 0x800) for number, token in enumerate(tokens, 1)}
    token = {character: one for one, character in sign.items()}
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    old, new = ("".join(sign[one] for one in side) for side in (before, after))
    found = engine.diff_main(old, new, False)
    if readable:
        engine.diff_cleanupSemantic(found)
    return [(operation, [token[character] for character in text]) for operation, text in found]
