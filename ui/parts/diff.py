"""The difference of two prompts, line by line and word by word, as HTML in which nothing of them is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from diff_match_patch import diff_match_patch

from ui.parts.words import safe

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.5
"""Share of a line's characters that must stay for it to count as reworded rather than replaced."""

Piece = tuple[int, str]
"""An operation (−1 removed, 0 kept, +1 added) and its text."""


@dataclass(frozen=True)
class Line:
    """One line of a comparison: what stood there and what stands there, None on the side where it is missing."""

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
    for operation, text in [*_pieces(before.split("\n"), after.split("\n")), (0, None)]:
        if operation == -1:
            gone = list(text or ())
        elif operation == 1:
            lines += _replaced(gone, list(text or ()))
            gone = []
        else:
            lines += [Line(one, None) for one in gone]
            gone = []
            lines += [Line(one, one) for one in text or ()]
    return tuple(lines)


def _replaced(gone: Sequence[str], come: Sequence[str]) -> Iterator[Line]:
    waiting = list(gone)
    for one in come:
        likely = next((old for old in waiting if _alike(old, one)), None)
        if likely is None:
            continue
        while waiting and waiting[0] != likely:
            yield Line(waiting.pop(0), None)
        waiting.remove(likely)
    yield from _in_order(gone, come)


def _in_order(gone: Sequence[str], come: Sequence[str]) -> Iterator[Line]:
    yield from (Line(old, new) for old, new in zip_longest(gone, come))


def _alike(old: str, new: str) -> bool:
    kept = sum(len(text) for operation, text in words(old, new) if operation == 0)
    return kept > _ALIKE * max(len(old), len(new))


def words(before: str, after: str) -> list[Piece]:
    """Compare two lines word by word."""
    return [(operation, "".join(text)) for operation, text in _pieces(_WORDS.findall(before), _WORDS.findall(after))]


def _pieces(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Compare two sequences of tokens: each token stands for one character of what diff-match-patch compares."""
    tokens = list(dict.fromkeys([*before, *after]))
    # Past the surrogates, which can't stand alone in a string.
    sign = {token: chr(number if number < 0xD800 else number + 0x800) for number, token in enumerate(tokens, 1)}
    token = {character: one for one, character in sign.items()}
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    found = engine.diff_main("".join(map(sign.__getitem__, before)), "".join(map(sign.__getitem__, after)), False)
    engine.diff_cleanupSemantic(found)
    return [(operation, [token[character] for character in text]) for operation, text in found]
