"""Texts that say nearly the same, or the opposite, among thousands of snippets.

A text is compared by its content words: in small letters, without endings and filler, in whatever order. Its
similarity to another is the share of words that both have (twice those in common, by all words of both), which
rapidfuzz finds with each word written as one character. A comparison letter by letter doesn't tell a rule that
has grown by padding from another rule. Of the 70 labelled pairs in this module's test, 40 of which say the same
or the opposite, the best threshold for each scorer leaves wrong: 1 by content words and subjects, 5 by their
letters in sorted order, 10 by `WRatio`, 11 by `token_set_ratio`, 12 by `token_sort_ratio`, 13 by `ratio`.
`WRatio` gives a text and one that merely begins like it 90 of 100. The rules below leave none wrong; the pairs
next to their thresholds are at 0.75 and 0.80. Of 30 pairs written afterwards they leave 2 unnoticed and point
out none that may stand. What is said in other words altogether is not found.

For the opposite, words of direction (higher and lower, first and last, consider and ignore) stand for their
axis, and numbers for any number: where those two subjects are alike, one direction or one number differs, and
not two that cancel, the texts contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["same", "near", "opposite"]
"""The same text, nearly the same, or the opposite of one subject."""
NEAR = 0.78
"""Share of words in common from which two texts say nearly the same."""
ONE_SUBJECT = 0.85
"""Share in common from which two texts have one subject, directions and numbers aside."""
SAME_SUBJECT = 0.95
"""The same where only numbers differ: rules for two neighbouring subjects often differ in those."""
MOST = 5
"""How many near texts are named."""
_COMPARED = 200
"""The most texts looked at closely: a library may hold thousands made after one pattern."""

_WORD = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)*|[぀-ヿ㐀-鿿가-힯]|[^\W\d_]+")  # characters of CJK are words
_APOSTROPHE = re.compile(r"n['’]t\b")
_POSSESSIVE = re.compile(r"['’](?:s|re|ll|ve|d)\b")
_FILLER_WORDS = """
a an the and or of to in on at it its is are be been being was were am that this these those there here they them
their you your he she his her we our i who whom which what such as with for by from all any each some very also
really quite just please remember note keep mind make made sure important general always should must shall will
would can could do does did doing have has had having when whenever if then than so e g own end thing one between
s t
"""
FILLER = frozenset(_FILLER_WORDS.split())
"""English words that carry no rule by themselves."""
_NEGATION_WORDS = "not no never nor neither without cannot nothing none"
NEGATIONS = frozenset(_NEGATION_WORDS.split())
_ASKING_WORDS = "take choose pick select assign award"
_AXES: Mapping[str, tuple[str, str]] = {
    "size": (
        "high higher highest more most raise raises increase increases up upper above greater larger "
        "generous lenient",
        "low lower lowest less least reduce reduces decrease decreases down below fewer smaller strict harsh",
    ),
    "length": ("long longer", "short shorter brief"),
    "bound": ("ATLEAST minimum", "ATMOST maximum"),
    "age": ("recent newer newest new latest", "old older oldest earlier earliest outdated"),
    "order": ("first before begin beginning start", "last after final finally"),
    "worth": ("positive good better best praise", "negative bad worse worst blame"),
    "regard": (
        "count counts consider include use prefer allow add mention",
        "ignore exclude omit avoid skip disregard discard forbid leave",
    ),
}
_BOUNDS = (
    (re.compile(r"\bat least\b|\bor (?:more|higher|above)\b"), " ATLEAST "),
    (re.compile(r"\bat most\b|\bor (?:less|lower|below|fewer)\b"), " ATMOST "),
)
_SIDES: Mapping[str, tuple[str, int]] = {
    word: (axis, side)
    for axis, sides in _AXES.items()
    for side, words in zip((1, -1), sides, strict=True)
    for word in words.split()
}
_FIRST_CHARACTER = 0xE000  # above the surrogates, of which a text may hold none


@dataclass(frozen=True)
class Near:
    """A text that is near to another: its key, what it is to it, and how similar they are, in [0, 1].

    For `opposite` that is the similarity of their subjects. `differs` then names in what they differ.
    """

    key: str
    kind: Kind
    similarity: float
    differs: str = ""


@dataclass(frozen=True)
class _Wording:
    """A text taken apart: its content words, its subject with directions and numbers masked, and those."""

    words: tuple[str, ...]
    subject: tuple[str, ...]
    sides: Mapping[str, int]
    negated: bool
    numbers: tuple[str, ...]


class Wordings:
    """Texts by key, taken apart once, so that each further text is compared with all of them at once."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._texts = tuple(texts)
        self._parts = tuple(_taken_apart(text) for _, text in self._texts)
        self._characters: dict[str, str] = {}
        self._words = [self._coded(each.words) for each in self._parts]
        self._subjects = [self._coded(each.subject) for each in self._parts]
        self._same: dict[str, list[int]] = {}
        for index, (_, text) in enumerate(self._texts):
            self._same.setdefault(text, []).append(index)

    def __len__(self) -> int:
        return len(self._texts)

    def near(self, text: str, *, without: str = "", most: int = MOST) -> tuple[Near, ...]:
        """Return what is near to a text, each key once: the same first, then the opposite, the most similar first.

        `without` is the key of the text itself, which is not compared.
        """
        if not text.strip() or not self._texts:
            return ()
        own = _taken_apart(text)
        found: dict[str, Near] = {}
        for index in self._same.get(text, ()):
            key = self._texts[index][0]
            if key != without:
                found[key] = Near(key, "same", 1.0)
        for near in (*self._opposite(own), *self._alike(own)):
            if near.key != without:
                found.setdefault(near.key, near)
        order: Sequence[Kind] = ("same", "opposite", "near")
        ranked = sorted(found.values(), key=lambda one: (order.index(one.kind), -one.similarity, one.key))
        return tuple(ranked[:most])

    def _alike(self, own: _Wording) -> list[Near]:
        scores = self._scores(own.words, self._words, NEAR)
        return [Near(self._texts[index][0], "near", score) for index, score in scores]

    def _opposite(self, own: _Wording) -> list[Near]:
        return [
            Near(self._texts[index][0], "opposite", score, differs)
            for index, score in self._scores(own.subject, self._subjects, ONE_SUBJECT)
            if (differs := _difference(own, self._parts[index], score))
        ]

    def _scores(self, words: Sequence[str], others: Sequence[str], least: float) -> list[tuple[int, float]]:
        """Return the index and score of each text that is at least so similar, the most similar first."""
        from rapidfuzz.distance import Indel  # here, since every command would wait for it
        from rapidfuzz.process import extract

        if not words:
            return []
        coded = self._coded_alone(words)
        scored = extract(
            coded, others, scorer=Indel.normalized_similarity, processor=None, score_cutoff=least, limit=_COMPARED
        )
        return [(index, float(score)) for _, score, index in scored]

    def _coded(self, words: Sequence[str]) -> str:
        """Return words with one character for each, in the order of those: equal words are equal characters."""
        known = self._characters
        return "".join(sorted(known.setdefault(word, chr(_FIRST_CHARACTER + len(known))) for word in words))

    def _coded_alone(self, words: Sequence[str]) -> str:
        """Return the words of one more text in the same way, and forget those that no other has."""
        known, own = self._characters, dict[str, str]()
        beyond = _FIRST_CHARACTER + len(known)
        return "".join(sorted(known.get(word) or own.setdefault(word, chr(beyond + len(own))) for word in words))


def compared(one: str, other: str) -> Near | None:
    """Return what one text is to another, with an empty key; None where they aren't near."""
    found = Wordings([("", other)]).near(one, without="-")
    return found[0] if found else None


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of a text that carry its rule, in small letters and in order; all where none does."""
    words = _WORD.findall(text.casefold())
    return tuple(word for word in words if word not in FILLER) or tuple(words)


def _difference(one: _Wording, other: _Wording, similarity: float) -> str:
    """Return in what two texts of one subject are opposed; empty where they aren't, or two directions cancel."""
    opposed = [axis for axis, side in one.sides.items() if side * other.sides.get(axis, 0) < 0]
    turned = [*opposed, *(["negation"] if one.negated != other.negated else [])]
    if len(turned) % 2:
        return "one says not to" if turned == ["negation"] else "they point in opposite directions"
    own, theirs = (
        [number for number in dict.fromkeys(each.numbers) if number not in rest.numbers]
        for each, rest in ((one, other), (other, one))
    )
    if not turned and own and theirs and similarity >= SAME_SUBJECT:
        return f"it has {', '.join(own)} where the other has {', '.join(theirs)}"
    return ""


@lru_cache(maxsize=50_000)
def _taken_apart(text: str) -> _Wording:
    plain = _POSSESSIVE.sub("", _APOSTROPHE.sub(" not", text.casefold()))
    for pattern, bound in _BOUNDS:
        plain = pattern.sub(bound, plain)
    written = _WORD.findall(plain)
    content = [word for word in written if word not in FILLER] or written
    subject, sides, numbers = [], dict.fromkeys(_AXES, 0), []
    for word in content:
        if word[-1].isdigit():
            numbers.append(word)
            subject.append("<number>")
        elif word in _SIDES:
            axis, side = _SIDES[word]
            sides[axis] += side
            subject.append(f"<{axis}>")
        elif word not in NEGATIONS:
            subject.append(_stem(word))
    return _Wording(
        tuple(_stem(word) for word in content),
        tuple(subject),
        {axis: side for axis, side in sides.items() if side},
        any(word in NEGATIONS for word in written),
        tuple(numbers),
    )


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """Return an English word without its ending, so that `rate`, `rates` and `rating` are one."""
    return _ALIKE.get(short := _shortened(word), short)


def _shortened(word: str) -> str:
    for endings in ((("ies", "y"), ("ss", "ss"), ("s", "")), (("ing", ""), ("ed", ""), ("e", ""))):
        for ending, instead in endings:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)] + instead
                break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


_ALIKE = {_shortened(word): _shortened("give") for word in _ASKING_WORDS.split()} | {
    _shortened(word): _shortened("rate") for word in ("score", "grade", "mark")
}
"""Words that ask for a rating alike, shortened."""
