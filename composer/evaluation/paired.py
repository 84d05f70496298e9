"""The interval of a figure's difference between two prompts on the same examples, by whatever suits the figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from composer.evaluation.formatting import SHARES
from composer.evaluation.intervals import BatchedStatistic, Floats, Interval, interval, score_interval
from composer.evaluation.metrics import Figure, Scored
from composer.evaluation.outcomes import Difference


class Mean(NamedTuple):
    """A figure that is a mean: of `values` over the examples `counted`, both of shape (n,)."""

    values: Floats
    counted: NDArray[np.bool_]


MEANS: Mapping[str, Callable[[Scored], Mean]] = {
    "nmse": lambda s: Mean(100 * s.loss, np.ones(len(s.loss), bool)),
    "valid_nmse": lambda s: Mean(100 * s.loss, s.valid),
    "valid_rate": lambda s: Mean(s.valid.astype(float), np.ones(len(s.loss), bool)),
    "mae": lambda s: Mean(np.nan_to_num(np.abs(s.value - s.gold)), s.valid),
    "accuracy": lambda s: Mean(1 - s.loss, np.ones(len(s.loss), bool)),
    "valid_accuracy": lambda s: Mean(1 - s.loss, s.valid),
}
"""The figures of `metrics` that are means."""


def paired_interval(
    figure: Figure,
    before: Scored,
    after: Scored,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> Interval:
    """Return the 95% interval of a figure's difference, after minus before, over n examples.

    Means have a score interval (see `intervals.score_interval`), shares of examples one that knows
    that an example can go either way; `rng` drives the bootstrap of all other figures. Means over valid
    answers alone are made linear first, each example standing for what it pulls (the infinitesimal jackknife,
    Efron 1982), so that they have the interval of the composite figure where every answer is valid.
    """
    if figure.name in MEANS:
        sides = [MEANS[figure.name](side) for side in (before, after)]
        if not all(side.counted.any() for side in sides):
            return Interval(float("nan"), float("nan"))
        was, now = map(_influence_values, sides)
        return score_interval(now - was, clusters, span=1.0 if figure.name in SHARES else None)
    return interval(
        lambda weights: figure.of(after, weights) - figure.of(before, weights),
        clusters,
        rng,
        many=_change(figure, before, after),
    )


def _change(figure: Figure, before: Scored, after: Scored) -> BatchedStatistic | None:
    if figure.name not in MANY:
        return None
    was, now = (MANY[figure.name](side) for side in (before, after))
    return lambda weights: now(weights) - was(weights)


def _influence_values(mean: Mean) -> Floats:
    """Values whose plain mean is that of the figure, and whose spread is its error; shape (n,)."""
    values, counted = mean
    if counted.all():
        return values
    middle = float(values[counted].mean())
    return middle + np.where(counted, values - middle, 0.0) * (len(values) / float(counted.sum()))


def _spearman(scored: Scored) -> BatchedStatistic:
    levels = [np.unique(values, return_inverse=True)[1] for values in (np.nan_to_num(scored.value), scored.gold)]
    # Examples with the same rating and gold count together: far fewer than examples, where ratings are few.
    cells, cell = np.unique(np.column_stack(levels), axis=0, return_inverse=True)

    def of(weights: Floats) -> Floats:
        kept = _summed(weights * scored.valid, cell)
        total = kept.sum(axis=1, keepdims=True)
        along, norm = kept, np.ones(len(kept))
        for level in cells.T:
            heavy = _summed(kept, level)
            # Ranks among as many copies of each value as its weight says, ties in the middle, from their mean.
            ranks = np.cumsum(heavy, axis=1) - (heavy + total) / 2
            norm *= np.einsum("rl,rl,rl->r", heavy, ranks, ranks)
            along = along * ranks[:, level]
        found = np.divide(along.sum(axis=1), np.sqrt(norm), out=np.zeros(len(norm)), where=norm > 0)
        return np.where(total[:, 0] < 2, np.nan, found)

    return of


def _summed(weights: Floats, level: NDArray[np.intp]) -> Floats:
    """Return the weight of each level in order, shape (r, l), from those of n examples of these levels."""
    order = np.argsort(level, kind="stable")
    starts = np.flatnonzero(np.diff(level[order], prepend=-1))
    summed: Floats = np.add.reduceat(weights[:, order], starts, axis=1)
    return summed


def _spread(scored: Scored) -> BatchedStatistic:
    # Counted from one of the ratings, so that ratings that are all the same have no spread at all.
    values = np.nan_to_num(scored.value - (scored.value[scored.valid][0] if scored.valid.any() else 0.0))

    def of(weights: Floats) -> Floats:
        kept = weights * scored.valid
        with np.errstate(invalid="ignore"):
            mean, square = (kept @ power / kept.sum(axis=1) for power in (values, values**2))
        spread: Floats = np.sqrt(np.maximum(square - mean**2, 0))
        return spread

    return of


def _macro_f1(scored: Scored) -> BatchedStatistic:
    labels = np.unique(scored.gold)
    said, due = ((side[:, None] == labels).astype(float) for side in (scored.value, scored.gold))

    def of(weights: Floats) -> Floats:
        both = weights @ said + weights @ due
        parts = np.divide(2 * (weights @ (said * due)), both, out=np.zeros_like(both), where=both > 0)
        mean: Floats = parts.mean(axis=1)
        return mean

    return of


MANY: Mapping[str, Callable[[Scored], BatchedStatistic]] = {
    "spearman": _spearman,
    "spread": _spread,
    "macro_f1": _macro_f1,
}
"""The other figures, of many resamples at once."""


def difference(
    figure: Figure,
    before: Scored,
    after: Scored,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> Difference:
    """Return one figure of n examples on both sides, with the interval of its difference."""
    ones = np.ones(len(before.loss))
    was, now = figure.of(before, ones), figure.of(after, ones)
    bounds = paired_interval(figure, before, after, clusters, rng)
    return Difference(
        figure.name,
        figure.better_is,
        *(None if isnan(value) else value for value in (was, now, now - was, bounds.low, bounds.high)),
    )
