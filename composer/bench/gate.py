"""The gate in the benchmark: the interval that a candidate's evidence has, of a plain mean and quickly."""

from __future__ import annotations

import numpy as np

from composer.search.problem import Losses
from composer.statistics import Interval, bca


def mean_interval(values: Losses, rng: np.random.Generator, *, resamples: int | None = None) -> Interval:
    """Return the 95% BCa bootstrap interval of the mean of n values, as `composer.statistics.interval` does.

    Values that are all the same give an interval of no width, fewer than two give NaN.
    """
    if len(values) < 2:
        return Interval(float("nan"), float("nan"))
    if (values == values[0]).all():
        return Interval(float(values[0]), float(values[0]))
    return bca(values, np.mean, rng, vectorized=True, resamples=resamples)


def passes(saved: Losses, rng: np.random.Generator) -> bool:
    """Whether losses saved on the test examples, paired, would have a composition promoted.

    That is, whether their mean's 95% interval is clear of zero.
    """
    return float(saved.mean()) > 0 and mean_interval(saved, rng).low > 0
