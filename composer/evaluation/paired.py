"""The interval of a figure's difference between two prompts on the same examples, by whatever suits the figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from composer.evaluation.figures import Floats, Mean, Statistic, Weights
from composer.evaluation.intervals import Interval, bootstrap_intervals, score_interval
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
    rng: np.random.Generator,
) -> list[Difference]:
    """Return each figure of n examples on both sides, with the 95% interval of its difference, after minus before.

    Means have a score interval (see `intervals.score_interval`), shares of examples one that knows that an
    example can go either way. All other figures are bootstrapped over the same resamples, which `rng` draws.
    `clusters` are the clusters of each example.
    """
    sides = [(metric.on(before), metric.on(after)) for metric in metrics]
    bounds = [
        mean_interval(was, now, clusters) if isinstance(was, Mean) and isinstance(now, Mean) else None
        for was, now in sides
    ]
    changes = [Change(*sides[place]) for place, known in enumerate(bounds) if known is None]
    resampled = iter(bootstrap_intervals(changes, clusters, rng))
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


def difference(
    metric: Metric,
    before: Scored,
    after: Scored,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> Difference:
    """Return one figure of n examples on both sides, with the interval of its difference: see `differences`."""
    return differences([metric], before, after, clusters, rng)[0]
