"""Leaks: what a text has word for word in common with a task's examples.

A snippet that repeats an example is right about that example and teaches nothing of the others, and where the
example is sealed it spoils the test. So a text is held against the examples of every split. Of an example that a
search or a test reads neither id nor words are ever told: only the words that the text itself has.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from library.similar import FILLER, NEGATIONS
from library.smuggling import EMAIL, HANDLE

RUN = 5
"""Words in a row that a text may not share with an example."""
Runs = frozenset[tuple[str, ...]]
"""Runs of words, each of `RUN`, as `words_of` writes them."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HANDLE = re.compile(HANDLE)
_EMAIL = re.compile(EMAIL)
_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'”’)\]]+", re.IGNORECASE)
# An address is one word: its parts in a row are no leak besides it.
_WORD_OR_MARK = re.compile(f"{_EMAIL.pattern}|{_URL.pattern}|{_HANDLE.pattern}|{_WORD.pattern}", re.IGNORECASE)
_SMALL = FILLER | NEGATIONS
_FACTORS = (np.arange(1, RUN + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)
_BETWEEN = -1  # stands between two texts, so that no run goes from one into the next


@dataclass(frozen=True)
class Text:
    """One example's inputs; `id` is empty where nobody may learn which it is."""

    id: str
    inputs: Sequence[str]


@dataclass(frozen=True)
class Leak:
    """Something a text shares with examples: its own words for it, and an authoring example that has them too."""

    words: str
    kind: str
    example: str = ""


class Leaks:
    """Runs of five words, handles, addresses and URLs of some examples: made once, and asked about each text."""

    def __init__(self, examples: Iterable[Text]) -> None:
        # Those that may be named come first: of a run that several have, the first is the one found.
        ordered = sorted(examples, key=lambda one: not one.id)
        self._names = tuple(one.id for one in ordered)
        self._vocabulary: dict[str, int] = {}
        self._marks: dict[str, str] = {}
        self._short: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        words, owners = array("i"), array("i")
        for number, one in enumerate(ordered):
            if short := _short_inputs(one.inputs):
                self._short.setdefault(short[0].split()[0], []).append((short, one.id))
            for text in one.inputs:
                own = [self._vocabulary.setdefault(word, len(self._vocabulary)) for word in words_of(text)]
                words.extend([*own, _BETWEEN])
                owners.extend([number] * (len(own) + 1))
                for mark in _marks(text):
                    self._marks.setdefault(mark, one.id)
        self._words = np.array(words, dtype=np.int64)
        self._owners = np.array(owners, dtype=np.int64)
        self._hashes, self._places = _indexed(self._words)

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: str, allowed: Runs = frozenset()) -> tuple[Leak, ...]:
        """Return what a text shares with the examples, each longest run once; `allowed` runs are no leak."""
        shared = (
            Leak(mark, kind, self._marks[mark]) for mark, kind in _marks(text).items() if mark in self._marks
        )
        return (*self._runs(text, allowed), *shared, *self._whole(text))

    def _whole(self, text: str) -> Iterator[Leak]:
        """Yield the examples of several short inputs all of which a text has, each choice of inputs once."""
        words = words_of(text)
        line = f" {' '.join(words)} "
        found: dict[tuple[str, ...], str] = {}
        for word in dict.fromkeys(words):
            for inputs, name in self._short.get(word, ()):
                if all(f" {one} " in line for one in inputs):
                    found.setdefault(inputs, name)
        return (Leak(" and ".join(f"“{one}”" for one in inputs), "inputs", name) for inputs, name in found.items())

    def _runs(self, text: str, allowed: Runs) -> Iterator[Leak]:
        found = list(_words_in(text))
        words = [_plain(one[0]) for one in found]
        begun: int | None = None
        named = ""
        for start in range(len(words) - RUN + 2):
            run = tuple(words[start : start + RUN])
            place = self._place(run) if len(run) == RUN and run not in allowed else None
            if place is not None:
                begun = start if begun is None else begun
                named = named or self._names[self._owners[place]]
            elif begun is not None:
                last = start + RUN - 2
                yield Leak(text[found[begun].start() : found[last].end()], "words", named)
                begun, named = None, ""

    def _place(self, run: Sequence[str]) -> int | None:
        """Return where a run of words stands in the examples; None where it doesn't, or says nothing."""
        own = [self._vocabulary.get(word, _BETWEEN) for word in run]
        if _BETWEEN in own or _SMALL.issuperset(run):
            return None
        hashed = _hashed(np.array(own, dtype=np.int64))[0]
        index = int(np.searchsorted(self._hashes, hashed))
        if index == len(self._hashes) or self._hashes[index] != hashed:
            return None
        place = int(self._places[index])
        return place if self._words[place : place + RUN].tolist() == own else None


def runs_of(*texts: str) -> Runs:
    """Return all runs of words of texts that anybody may repeat, such as a prompt's base."""
    words = [words_of(text) for text in texts]
    return frozenset(tuple(each[start : start + RUN]) for each in words for start in range(len(each) - RUN + 1))


def words_of(text: str) -> list[str]:
    """Return the words of a text in order: in small letters, an apostrophe being part of its word."""
    return [_plain(found[0]) for found in _words_in(text)]


def _words_in(text: str) -> Iterator[re.Match[str]]:
    return (_WORD_OR_MARK if _may_have_marks(text) else _WORD).finditer(text)


def _may_have_marks(text: str) -> bool:
    return any(sign in text for sign in ("@", "://", "www.", "WWW."))


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")


def _short_inputs(inputs: Sequence[str]) -> tuple[str, ...]:
    """Return the inputs of an example where it has several, too short for a run; empty for others."""
    words = [words_of(text) for text in inputs]
    few = len(words) > 1 and all(0 < len(one) < RUN and not _SMALL.issuperset(one) for one in words)
    plain = tuple(" ".join(one) for one in words)
    return plain if few and len(set(plain)) == len(plain) else ()


def _marks(text: str) -> Mapping[str, str]:
    """Return the handles, e-mail addresses and URLs in a text, in small letters, each with its kind."""
    if not _may_have_marks(text):
        return {}
    emails = {one.casefold().rstrip("."): "e-mail address" for one in _EMAIL.findall(text)}
    handles = {one.casefold(): "handle" for one in _HANDLE.findall(text)}
    urls = {
        re.sub(r"^(?:https?://)?(?:www\.)?", "", one.casefold()).rstrip("/.,;:!?…"): "URL"
        for one in _URL.findall(text)
    }
    return {mark: kind for mark, kind in {**emails, **handles, **urls}.items() if mark}


def _indexed(words: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hash of each run of the texts, sorted and once each, and where it stands first."""
    if len(words) < RUN:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    whole = np.flatnonzero(np.lib.stride_tricks.sliding_window_view(words != _BETWEEN, RUN).all(axis=1))
    hashes, first = np.unique(_hashed(words)[whole], return_index=True)
    return hashes, whole[first]


def _hashed(words: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return a number for each run in n words; shape (n - RUN + 1,). Two runs may have the same one."""
    runs = np.lib.stride_tricks.sliding_window_view(words.astype(np.uint64), RUN)
    mixed = runs * _FACTORS
    found: NDArray[np.uint64] = np.bitwise_xor.reduce((mixed ^ (mixed >> np.uint64(29))) * _FACTORS, axis=1)
    return found
