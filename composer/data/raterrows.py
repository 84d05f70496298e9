"""One row for each rater: what the rows of one example make together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from composer.data.columns import ColumnMap
from composer.data.examples import Record
from composer.data.fields import Wrong, common_label
from composer.task.task import Task


@dataclass(frozen=True, slots=True)
class OneRater:
    """One row: at which place, who rated, and the record that it makes, whose gold is that person's rating."""

    place: int
    rater: str
    record: Record


def gathered(rows: Sequence[OneRater], columns: ColumnMap, task: Task, unit: str) -> Record:
    """Return the record of an example from its rows, at least one: the gold is the mean, or what most gave.

    Inputs, slice and clusters must be the same in all. What raters explained, and extras that differ between them,
    come a line each, by rater. Raises `Wrong` where rows contradict each other, one person rated twice, or people
    are tied.
    """
    first = rows[0].record
    held: tuple[tuple[str, str, Callable[[Record], object]], ...] = (
        ("inputs", next(iter(columns.inputs.values())), lambda one: one.inputs),
        ("slice", columns.slice, lambda one: one.slice),
        ("cluster", columns.cluster, lambda one: one.clusters),
    )
    places: dict[str, int] = {}
    for row in rows:
        if row.rater in places:
            what = f"{row.rater} rated it at {unit} {places[row.rater]} and again at {unit} {row.place}"
            raise Wrong(columns.rater, what, "Keep one of them.")
        places[row.rater] = row.place
        for name, column, of in held:
            if of(row.record) != of(first):
                what = f"the {name} of {first.id} differs at {unit} {row.place}"
                raise Wrong(column, what, "Make it the same on each rater's row, or give other ids.")
    ratings = {row.rater: row.record.gold for row in rows}
    names = dict.fromkeys(name for row in rows for name in row.record.extras)
    return replace(
        first,
        gold=common_label(ratings.values(), task, columns.gold),
        ratings=ratings,
        explanation=_together([(row.rater, row.record.explanation) for row in rows]),
        must_not_regress=any(row.record.must_not_regress for row in rows),
        extras={name: _together([(row.rater, row.record.extras.get(name, "")) for row in rows]) for name in names},
    )


def _together(texts: Sequence[tuple[str, str]]) -> str:
    """Return a text that all raters share, or each rater's own on a line of its own."""
    if len({own for _, own in texts}) == 1:
        return texts[0][1]
    return "\n".join(f"{rater}: {own}" for rater, own in texts if own)
