"""Answers beside the range of people's ratings: a mark in the table, the distribution in an open row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from composer.analysis.examples import ExampleView, ParsedAnswer
from composer.analysis.people import Within
from composer.evaluation.distribution import bar_of, counted, is_within, range_in_words
from composer.task.task import Output
from ui.candidate.page_data import Line
from ui.components.histogram import histogram
from ui.components.metrics import read_value
from ui.shell.html import count, safe

COLUMN = "people"
"""The column of the range of people's single ratings, marked by whether the answer after lies within."""
OUTSIDE = "outside people’s range"
"""The filter of answers that lie outside."""
INSIDE_SIGN, OUTSIDE_SIGN = "✓", "✗"
BEFORE, AFTER = "△", "▲"
HELP = f"Range of people’s ratings: {INSIDE_SIGN} the answer after lies inside, {OUTSIDE_SIGN} outside"
COLOURS = {INSIDE_SIGN: "color: #1d6fb8", OUTSIDE_SIGN: "color: #b4540a"}


def is_outside(line: Line) -> bool:
    """Whether the answer after lies outside the range of people's ratings, which are known."""
    return line.within is not None and not line.within.after


def is_known(lines: Sequence[Line]) -> bool:
    """Whether two people or more rated any of these examples."""
    return any(line.within is not None for line in lines)


def cell(within: Within | None, otherwise: str = "") -> str:
    """Return the range of people's ratings with its mark as a cell's text; `otherwise` where it isn't known."""
    if within is None:
        return otherwise
    return f"{INSIDE_SIGN if within.after else OUTSIDE_SIGN} {within.people}"


def coloured(data: pd.DataFrame) -> Any:
    """Return a table to show, the marks of its column of people in colour as well."""
    if COLUMN not in data:
        return data
    return data.style.map(lambda text: COLOURS.get(text[:1], ""), subset=[COLUMN])


def said(within: Within | None, side: str) -> str:
    """Return whether the answer of a side, `before` or `after`, is inside or outside, for a file; may be empty."""
    if within is None:
        return ""
    return "inside" if getattr(within, side) else "outside"


def drawn(view: ExampleView, output: Output) -> str:
    """Return the distribution of people's ratings with both answers marked, as HTML; empty without ratings."""
    ratings = view.example.ratings
    if not ratings:
        return ""
    answers = {BEFORE: view.before, AFTER: view.after}
    marks: dict[str, str] = {}
    for sign, answer in answers.items():
        value = None if answer is None else answer.parsed.value
        if value is not None:
            bar = bar_of(value, output)
            marks[bar] = marks.get(bar, "") + sign
    several = len(ratings) > 1
    legend = " · ".join(
        _legend(sign, name, answer, view, several=several)
        for (sign, answer), name in zip(answers.items(), ("before", "after"), strict=True)
    )
    people = count(len(ratings), "person", "people")
    picture = histogram(counted(ratings.values(), output), marks, f"what {people} rated")
    head = f"<dt>{people}: {safe(range_in_words(ratings))}</dt>"
    return f'{head}<dd class="ic-people">{picture}<span>{legend}</span></dd>'


def _legend(sign: str, name: str, answer: ParsedAnswer | None, view: ExampleView, *, several: bool) -> str:
    value = None if answer is None else answer.parsed.value
    text = f"{sign} {name} {safe('not stored' if answer is None else read_value(value))}"
    if not several or answer is None:
        return text
    inside = is_within(view.example.ratings.values(), value)
    tone, mark = ("better", f"{INSIDE_SIGN} inside") if inside else ("worse", f"{OUTSIDE_SIGN} outside")
    return f'{text} <span class="ic-{tone}">{mark}</span>'
