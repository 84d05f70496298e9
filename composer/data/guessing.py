"""What the cells of a table look like: which columns are the texts, which the labels, and of what kind."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from composer.data.columns import TEXTS, ColumnMap, plain_name
from composer.data.fields import given, number_of, short
from composer.data.tables import Table
from library.errors import Refused

LOOKED_AT = 1_000
"""Rows that are looked at."""
MOST_LABELS = 50
_MOSTLY = 0.8
_WORDS_OF_A_TEXT = 3
_WIDEST_SCALE = 100
_ABOUT_THE_LABEL = ("note", "notes", "reason", "why", "remark", "remarks", "url", "link", "source", "date", "time")


@dataclass(frozen=True)
class Labels:
    """The labels of a table: the lowest and highest of its ratings, or, where these aren't numbers, its texts.

    `texts` are distinct, the most frequent first; empty for ratings.
    """

    lowest: float = math.nan
    highest: float = math.nan
    texts: tuple[str, ...] = ()


def cells(table: Table, column: str) -> list[object]:
    """Return what the first rows of a table have in a column, where they have anything."""
    return [row[column] for _, row in table.rows[:LOOKED_AT] if given(row, column)]


def text_columns(table: Table, columns: ColumnMap) -> tuple[str, ...]:
    """Return the columns that hold the texts that people labelled, by cells and names; perhaps none."""
    answers = {*_ABOUT_THE_LABEL, *map(plain_name, table.answers)}
    free = [name for name in columns.free(table) if plain_name(name) not in answers]
    named = tuple(name for name in free if plain_name(name) in TEXTS)
    return tuple(name for name in free if _is_text(cells(table, name))) or named


def label_columns(table: Table, columns: ColumnMap) -> ColumnMap:
    """Return a mapping with its labels: as it is where it has any, else with the columns that look like them.

    Several of one kind are taken for raters, one for the gold. Raises `Refused` where none does.
    """
    if columns.gold or ((columns.raters or columns.ratings) and not columns.rater):
        return columns
    groups: dict[object, list[str]] = {}
    for name in columns.free(table):
        if (kind := _kind(table, name)) is not None:
            groups.setdefault(kind, []).append(name)
    found = max(groups.values(), key=len, default=[])
    if len(found) == 1 and len(groups) == 1:
        return replace(columns, gold=found[0], guessed=columns.guessed | {"gold"})
    if len(found) > 1 and not columns.rater:
        return replace(columns, raters=tuple(found), guessed=columns.guessed | {"raters"})
    raise Refused(
        "no column is known to hold the labels",
        where=str(table.path),
        fix=f"Name it with --gold, or those of each person with --rater; there are {', '.join(table.columns)}.",
    )


def labels_of(table: Table, columns: ColumnMap) -> Labels:
    """Return what the labels of a table are; raises `Refused` where there are none, or too many texts."""
    values = list(_values(table, columns))
    if not values:
        raise Refused("no row has a label", where=str(table.path), fix="Fill the labels in.")
    numbers = [number for one in values if (number := _number(one, table)) is not None]
    if len(numbers) >= _MOSTLY * len(values):
        return Labels(min(numbers), max(numbers))
    counts = Counter(one.strip() if isinstance(one, str) else short(one) for one in values)
    if len(counts) > MOST_LABELS:
        named = ", ".join(sorted(counts)[:3])
        raise Refused(
            f"the labels are neither numbers nor few texts: {len(counts):,} different ones, such as {named}",
            where=str(table.path),
            fix="Name the right column with --gold or --rater, or write a task file (`composer task add`).",
        )
    return Labels(texts=tuple(sorted(counts, key=lambda text: (-counts[text], text))))


def _values(table: Table, columns: ColumnMap) -> Iterator[object]:
    for _, row in table.rows:
        for name in (columns.gold, *columns.raters):
            if given(row, name):
                yield row[name]
        held = row.get(columns.ratings) if columns.ratings else None
        if isinstance(held, dict):
            yield from (one for one in held.values() if one is not None)


def _number(value: object, table: Table) -> float | None:
    number = number_of(value, decimal_comma=table.decimal_comma)
    return number if number is not None and math.isfinite(number) else None


def _is_text(values: Sequence[object]) -> bool:
    """Whether most of these cells are texts of several words, few of which recur often."""
    texts = [one for one in values if isinstance(one, str) and number_of(one) is None]
    if not texts or len(texts) < _MOSTLY * len(values):
        return False
    return median(len(one.split()) for one in texts) >= _WORDS_OF_A_TEXT and len({*texts}) > min(
        len(texts) / 10, 50
    )


def _kind(table: Table, column: str) -> object | None:
    """Return what columns of one kind of label have in common; None for a column that looks like none."""
    values = cells(table, column)
    numbers = [_number(one, table) for one in values]
    whole = [number for number in numbers if number is not None and number == int(number)]
    if values and len(whole) == len(values):
        return (
            "ratings" if max(whole) - min(whole) <= _WIDEST_SCALE and len({*whole}) < max(len(whole), 3) else None
        )
    texts = {one.strip() for one in values if isinstance(one, str)}
    few = 1 < len(texts) <= min(MOST_LABELS, len(values) / 2)
    return "labels" if few and not any(number is not None for number in numbers) else None
