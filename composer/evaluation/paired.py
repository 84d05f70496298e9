"""The interval of a figure's difference between two prompts on the same examples, by whatever suits the figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from composer.evaluation.figures import Floats, Mean, Statistic, Weights
from composer.evaluation.intervals import Interval, bootstrap_intervals, jackknife_interval, score_interval
from composer.evaluation.metrics import Metric, Scored
from composer.evaluation.outcomes import Difference


@dataclass(frozen=True)
class Change(Statistic):
    """A figure after minus the same figure before, both of the same n examples."""

    before: Statistic
    after: Statistic

    def of_many(self, weights: Weights) -> Floats:
        """Return the change under each row of weights."""
        return self.after.of_many(weights) - self.before.of_many(weights)

    def left_out(self) -> Floats:
        """Return the change without each example in turn."""
        return self.after.left_out() - self.before.left_out()

    def whole(self) -> float:
        """Return the change over all examples."""
        return self.after.whole() - self.before.whole()


def differences(
    metrics: Sequence[Metric],
    before: Scored,
    after: Scored,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator | None,
) -> list[Difference]:
    """Return each figure of n examples on both sides, with the 95% interval of its difference, after minus before.

    Means have a score interval (see `intervals.score_interval`), shares of examples one that knows that an
    example can go either way. All other figures are bootstrapped over the same resamples, which `rng` draws;
    without one they have a jackknife's interval, which takes moments. `clusters` are the clusters of each example.
    """
    sides = [(metric.on(before), metric.on(after)) for metric in metrics]
    bounds = [
        mean_interval(was, now, clusters) if isinstance(was, Mean) and isinstance(now, Mean) else None
        for was, now in sides
    ]
    changes = [Change(*sides[place]) for place, known in enumerate(bounds) if known is None]
    others = (
        [jackknife_interval(one, clusters) for one in changes]
        if rng is None
        else bootstrap_intervals(changes, clusters, rng)
    )
    resampled = iter(others)
    found = []
    for metric, one, (was, now) in zip(metrics, bounds, sides, strict=True):
        one = one or next(resampled)
        values = was.whole(), now.whole(), now.whole() - was.whole(), one.low, one.high
        found.append(
            Difference(metric.name, metric.better_is, *(None if isnan(value) else value for value in values))
        )
    return found


def mean_interval(before: Mean, after: Mean, clusters: Sequence[tuple[str, ...]]) -> Interval:
    """Return the 95% score interval of a mean's difference, after minus before, over the same n examples.

    Means over some of the examples are made linear first, so that they have the interval of the mean over all
    where all are counted. Bounds are NaN where a side counts none.
    """
    if not (before.counted.any() and after.counted.any()):
        return Interval(float("nan"), float("nan"))
    return score_interval(after.influence() - before.influence(), clusters, span=after.span)


def alone_interval(figure: Statistic, clusters: Sequence[tuple[str, ...]]) -> Interval:
    """Return the 95% interval of one prompt's figure of n examples.

    A mean's is the score interval between the ends that it can have: for a share of examples Wilson's (1927,
    "Probable inference, the law of succession, and statistical inference"); where the figure has no known end, the
    largest value seen is one. Any other figure's is the jackknife's. Bounds are NaN where it is undefined.
    """
    if not isinstance(figure, Mean):
        return jackknife_interval(figure, clusters)
    if not figure.counted.any():
        return Interval(float("nan"), float("nan"))
    values = figure.influence()
    low, high = min(0.0, float(values.min())), max(figure.span or 0.0, float(values.max()))
    middle, half = (low + high) / 2, (high - low) / 2
    around = score_interval(values - middle, clusters, span=half)
    return Interval(max(around.low + middle, low), min(around.high + middle, high))


def difference(
    metric: Metric,
    before: Scored,
    after: Scored,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> Difference:
    """Return one figure of n examples on both sides, with the interval of its difference: see `differences`."""
    return differences([metric], before, after, clusters, rng)[0]
