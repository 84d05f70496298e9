"""What a sentence of an instruction asks for: its sentences, and whether something in it is asked or ruled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"[^.;:!?]+(?:(?:[.:](?=[\w]|-\d)|(?<=\d)\.{2,3}(?=-?\d))[^.;:!?]*)*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|avoid|nor|neither|rather than|instead of|don['’]?t|doesn['’]?t|mustn['’]?t|cannot|"
    r"can['’]?t|isn['’]?t|aren['’]?t|omit|skip|leave out|refrain from|forbidden)\b",
    re.IGNORECASE,
)
_TURN = re.compile(r",|\bbut\b|\bonly\b(?! if)", re.IGNORECASE)
_NUMBER_WORDS = "zero two three four five six seven eight nine ten"
_FIGURES = {word: str(number) for word, number in zip(_NUMBER_WORDS.split(), (0, *range(2, 11)), strict=True)}
_FIGURE = re.compile(rf"\b(?:{'|'.join(_FIGURES)})\b", re.IGNORECASE)
_ONE = re.compile(r"\bone(?=\s+(?:to|through|and|or)\s+-?\d)", re.IGNORECASE)


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, and the parts between its colons and semicolons, without their ends."""
    return (found[0].strip() for found in _SENTENCE.finditer(text) if found[0].strip())


def is_ruled_out(sentence: str, place: int) -> bool:
    """Whether what stands at a place of a sentence is ruled out there: a negation comes before it, and no turn."""
    before = sentence[:place]
    turns = [found.end() for found in _TURN.finditer(before)]
    return _NEGATION.search(before, turns[-1] if turns else 0) is not None


def in_figures(text: str) -> str:
    """Return a text with its numbers up to ten in figures, `one` only where a range begins, and one minus sign."""
    plain = _FIGURE.sub(lambda found: _FIGURES[found[0].lower()], text.replace("−", "-"))
    return _ONE.sub("1", plain)
