"""What people gave an example as a distribution: the bars of its drawing, its range, and what lies within."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from composer.evaluation.figures import Bools, Floats
from composer.evaluation.raters import Ratings, within_people
from composer.task.task import Output

MOST_BARS = 21
"""Bars of a scale at most: of a longer one, several whole numbers share a bar."""

Counts = tuple[tuple[str, int], ...]
"""How often each rating or label was given, in the order of the scale or of the task's list."""


def counted(values: Iterable[float | str], output: Output) -> Counts:
    """Count ratings by bar, and labels by name; bars that nobody chose are there, too."""
    found = Counter(bar_of(value, output) for value in values)
    return tuple((bar, found[bar]) for bar in bars(output))


def bars(output: Output) -> tuple[str, ...]:
    """Return the names of the bars: the labels, or the numbers of the scale, or ranges of them."""
    if output.kind == "label":
        return output.labels
    low, high = output.scale
    return tuple(_named(first, output) for first in range(low, high + 1, _width(output)))


def bar_of(value: float | str, output: Output) -> str:
    """Return the bar that a rating belongs to, at the nearest whole number, or a label's own."""
    if isinstance(value, str):
        return value
    low, high = output.scale
    nearest = min(max(math.floor(float(value) + 0.5), low), high)
    return _named(nearest - (nearest - low) % _width(output), output)


def _width(output: Output) -> int:
    low, high = output.scale
    return math.ceil((high - low + 1) / MOST_BARS)


def _named(first: int, output: Output) -> str:
    last = min(first + _width(output) - 1, output.scale[1])
    return str(first) if last == first else f"{first} to {last}"


def within(ratings: Ratings, answers: Floats, output: Output) -> Bools:
    """Return which answers, one to each of the n examples, lie within what people gave; shape (n,).

    That is between the lowest and the highest rating, or a label that anybody gave. `answers` are ratings, or
    places of labels in the task's list; NaN, a malformed answer, lies outside.
    """
    if output.kind == "ordinal":
        low, high = within_people(ratings)
        return np.asarray((low <= answers) & (answers <= high))
    given = set(zip(ratings.example.tolist(), ratings.value.tolist(), strict=True))
    return np.array([(place, answer) in given for place, answer in enumerate(answers.tolist())], dtype=bool)


def is_within(ratings: Iterable[float | str], answer: float | str | None) -> bool:
    """Whether one answer lies within what people gave, at least one rating; None, a malformed one, does not."""
    given = set(ratings)
    if answer is None or isinstance(answer, str):
        return answer in given
    return min(map(float, given)) <= answer <= max(map(float, given))


def range_in_words(ratings: Mapping[str, float | str]) -> str:
    """Return the range of people's single ratings, or their labels with how often each was given; may be empty."""
    if any(isinstance(value, str) for value in ratings.values()):
        return ", ".join(f"{label} ×{number}" for label, number in Counter(ratings.values()).most_common())
    numbers = sorted(float(value) for value in ratings.values())
    if not numbers:
        return ""
    low, high = (f"{end:.2f}".rstrip("0").rstrip(".") for end in (numbers[0], numbers[-1]))
    return low if low == high else f"{low} to {high}"
