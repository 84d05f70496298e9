"""How well people agree with each other, and so how good any prompt could be.

All of it is computed from single ratings: who gave which rating to which example.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from composer.evaluation.figures import Bools, Floats, Mean, OfSums, Places
from composer.evaluation.intervals import figure_intervals
from composer.task.task import Output

ENOUGH = 10
"""Ratings that a rater must have given to be found at odds with the others."""
LONE = 2.0
"""A rater whose loss is this many times that of all raters on the same examples is at odds with the others."""


@dataclass(frozen=True)
class Ratings:
    """Single ratings of n examples, flat: entry i is the rating `value[i]` that `rater[i]` gave to `example[i]`.

    `example` and `rater` are places from 0, `value` is the rating, or the place of the label in the task's list;
    all of shape (k,). `raters` are the names, `clusters` those of the n examples.
    """

    example: Places
    rater: Places
    value: Floats
    raters: tuple[str, ...]
    clusters: tuple[tuple[str, ...], ...]

    @property
    def each(self) -> NDArray[np.int64]:
        """How many ratings each example has; shape (n,)."""
        return np.bincount(self.example, minlength=len(self.clusters))

    @property
    def several(self) -> Ratings:
        """The same without the examples that have fewer than two ratings, from which no agreement can be seen."""
        return self.of(self.each > 1)

    def of(self, kept: Bools) -> Ratings:
        """Return the ratings of some of the n examples, those that are `kept`; their raters stay all named."""
        given = kept[self.example]
        place = np.cumsum(kept) - 1
        return Ratings(
            place[self.example[given]],
            self.rater[given],
            self.value[given],
            self.raters,
            tuple(one for one, keep in zip(self.clusters, kept, strict=True) if keep),
        )


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval over examples; NaN where there is nothing to compute it from."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class RaterLoss:
    """One rater: how many ratings, and their figure against the mean (or majority) of the others' ratings."""

    name: str
    number: int
    figure: float
    at_odds: bool


@dataclass(frozen=True)
class Agreement:
    """What single ratings tell of a task's labels.

    `alpha` is Krippendorff's, 1 for perfect agreement and 0 for what chance gives. `ceiling` is what one more
    person would score against the others, in the task's metric. `raters` are the people, those most at odds with
    the others first. `spread` is the standard deviation of each example's ratings (for labels, the share that
    isn't the majority's); shape (n,), NaN for examples with fewer than two. `several` counts the examples with two
    ratings or more, which all of these are taken of.
    """

    alpha: Estimate
    ceiling: Estimate
    raters: tuple[RaterLoss, ...]
    spread: Floats
    several: int


class Alpha(OfSums):
    """Krippendorff's alpha of n examples: 1 - observed over expected disagreement.

    Disagreement is the squared difference of two ratings (interval level), or whether two labels differ (nominal).
    Source: Krippendorff 2011, "Computing Krippendorff's alpha-reliability". Only examples with two ratings or more
    count.
    """

    def __init__(self, ratings: Ratings, *, nominal: bool) -> None:
        """Take ratings of n examples, at least one."""
        n = len(ratings.clusters)
        pairable = ratings.each[ratings.example] > 1
        example, value = ratings.example[pairable], ratings.value[pairable]
        if nominal:
            labels, place = np.unique(value, return_inverse=True)
            parts = np.zeros((n, max(len(labels), 1)))
            np.add.at(parts, (example, place), 1.0)
            unlike = parts.sum(axis=1) ** 2 - (parts**2).sum(axis=1)
        else:
            # Counted from the mean, which loses no digits and changes no difference.
            shifted = value - (value.mean() if len(value) else 0.0)
            parts = np.column_stack([np.bincount(example, shifted**power, n) for power in (1, 2)])
            unlike = 2 * (np.bincount(example, minlength=n) * parts[:, 1] - parts[:, 0] ** 2)
        each = np.bincount(example, minlength=n).astype(float)
        self._nominal = nominal
        self.features = np.column_stack([each, unlike / np.maximum(each - 1, 1), parts])

    def _of(self, sums: Floats) -> Floats:
        count, unlike, parts = sums[:, 0], sums[:, 1], sums[:, 2:]
        if self._nominal:
            expected = count**2 - (parts**2).sum(axis=1)
        else:
            expected = 2 * (count * parts[:, 1] - parts[:, 0] ** 2)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(1 - unlike * (count - 1) / expected)


def agreement(ratings: Ratings, output: Output, rng: np.random.Generator) -> Agreement:
    """Return what single ratings tell of a task's labels; `rng` draws the resamples of the intervals.

    The intervals are over examples: the people are taken as they are.
    """
    nominal = output.kind == "label"
    several = ratings.several
    figures = (Alpha(several, nominal=nominal), one_more_person(several, output))
    alpha, ceiling = (
        Estimate(figure.whole(), bounds.low, bounds.high)
        for figure, bounds in zip(figures, figure_intervals(figures, several.clusters, rng), strict=True)
    )
    return Agreement(
        alpha=alpha,
        ceiling=ceiling,
        raters=_raters(ratings, losses_to_others(ratings, output), output),
        spread=spread_of(ratings, output),
        several=len(several.clusters),
    )


def one_more_person(ratings: Ratings, output: Output) -> Mean:
    """Return what one more person would score against the others, as a figure of the task's metric.

    Each example counts once, whatever the number of its ratings; those with fewer than two don't.
    """
    each = ratings.each
    by_example = _mean_by(ratings.example, losses_to_others(ratings, output), len(each))
    return Mean(np.nan_to_num(by_example), each > 1, written=_written(output))


def losses_to_others(ratings: Ratings, output: Output) -> Floats:
    """Return each rating's loss in [0, 1] against all other ratings of its example; NaN where there is no other.

    A rating is held against the mean of the others; a label against the one that most others gave, and where
    several lead, against one of them by lot.
    """
    each = ratings.each[ratings.example].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        if output.kind == "label":
            counts = np.zeros((len(ratings.clusters), len(output.labels)))
            place = ratings.value.astype(int)
            np.add.at(counts, (ratings.example, place), 1.0)
            others = counts[ratings.example]
            own = np.arange(len(place))
            others[own, place] -= 1
            most = others.max(axis=1, keepdims=True)
            leading = others == most
            loss = 1 - leading[own, place] / leading.sum(axis=1)
        else:
            low, high = output.scale
            total = np.bincount(ratings.example, ratings.value)[ratings.example]
            loss = ((ratings.value - (total - ratings.value) / (each - 1)) / (high - low)) ** 2
    return np.where(each > 1, loss, np.nan)


def in_reach(loss: float, floor: float, ceiling: float) -> float | None:
    """Return how much of the way from the best constant answer (0) to one more person (1) a figure has come.

    All three are figures of the same metric. Below 0 it is worse than the constant, above 1 better than a person;
    None where there is no way to go.
    """
    return None if floor == ceiling else (floor - loss) / (floor - ceiling)


def within_people(ratings: Ratings) -> tuple[Floats, Floats]:
    """Return the lowest and the highest rating of each example, shape (n,) each; NaN where it has none."""
    n = len(ratings.clusters)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, ratings.example, ratings.value)
    np.maximum.at(high, ratings.example, ratings.value)
    return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)


def _written(output: Output) -> Callable[[Floats], Floats]:
    return (lambda loss: 1 - loss) if output.kind == "label" else (lambda loss: 100 * loss)


def _mean_by(group: Places, values: Floats, n: int) -> Floats:
    """Return the mean of the values of each of n groups, those that are NaN left out; NaN for a group of none."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.bincount(group[known], values[known], n) / np.bincount(group[known], minlength=n).astype(float)
        )


def _raters(ratings: Ratings, loss: Floats, output: Output) -> tuple[RaterLoss, ...]:
    mean = _mean_by(ratings.rater, loss, len(ratings.raters))
    number = np.bincount(ratings.rater, minlength=len(ratings.raters))
    # Whoever rated the hardest examples differs more from the others, as these do from each other.
    anybody = _mean_by(ratings.example, loss, len(ratings.clusters))[ratings.example]
    usual = _mean_by(ratings.rater, anybody, len(ratings.raters))
    figure = _written(output)(mean)
    order = np.argsort(-np.nan_to_num(mean), kind="stable")
    return tuple(
        RaterLoss(
            ratings.raters[place],
            int(number[place]),
            float(figure[place]),
            bool(number[place] >= ENOUGH and mean[place] > LONE * usual[place]),
        )
        for place in order
    )


def spread_of(ratings: Ratings, output: Output) -> Floats:
    """Return how far people are apart on each example, as in `Agreement`; shape (n,), NaN for fewer than two."""
    n, each = len(ratings.clusters), ratings.each.astype(float)
    if output.kind == "label":
        counts = np.zeros((n, int(ratings.value.max(initial=0)) + 1))
        np.add.at(counts, (ratings.example, ratings.value.astype(int)), 1.0)
        spread = 1 - counts.max(axis=1) / np.maximum(each, 1)
    else:
        mean = _mean_by(ratings.example, ratings.value, n)
        spread = np.sqrt(_mean_by(ratings.example, (ratings.value - mean[ratings.example]) ** 2, n))
    return np.where(each > 1, spread, np.nan)
