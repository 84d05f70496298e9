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
_NUMBER_WORDS = (
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_FIGURES = {word: str(number) for word, number in zip(_NUMBER_WORDS.split(), (0, *range(2, 21)), strict=True)}
_FIGURE = re.compile(rf"\b(?:{'|'.join(_FIGURES)})\b(?!-(?:one|two|three|four|five|six|seven|eight|nine))", re.I)
_HUNDRED = re.compile(r"\b(?:(?:a|one) hundred|hundred(?=-))\b(?! (?:and|thousand|million))", re.IGNORECASE)
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
    """Return a text with its numbers up to twenty, and a hundred, in figures, and one minus sign.

    `one` is a figure only where a range begins.
    """
    plain = _HUNDRED.sub("100", text.replace("−", "-"))
    plain = _FIGURE.sub(lambda found: _FIGURES[found[0].lower()], plain)
    return _ONE.sub("1", plain)
