"""The gate in the benchmark: the interval that a candidate's evidence has, of a plain mean and quickly."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.stats import bootstrap

from composer.search.problem import Losses
from composer.statistics import LEVEL, Interval

RESAMPLES = 9999


def mean_interval(values: Losses, rng: np.random.Generator, *, resamples: int = RESAMPLES) -> Interval:
    """Return the 95% BCa bootstrap interval of the mean of n values, as `composer.statistics.interval` does.

    Values that are all the same give an interval of no width, fewer than two give NaN.
    """
    if len(values) < 2:
        return Interval(float("nan"), float("nan"))
    if (values == values[0]).all():
        return Interval(float(values[0]), float(values[0]))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        result = bootstrap(
            (values,),
            np.mean,
            vectorized=True,
            n_resamples=resamples,
            confidence_level=LEVEL,
            method="BCa",
            rng=rng,
        )
    low, high = (float(bound) for bound in result.confidence_interval)
    if np.isnan(low) or np.isnan(high):
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        low, high = (float(bound) for bound in np.quantile(result.bootstrap_distribution, tails))
    return Interval(low, high)


def passes(saved: Losses, rng: np.random.Generator) -> bool:
    """Whether losses saved on the test examples, paired, would have a composition promoted.

    That is, whether their mean's 95% interval is clear of zero.
    """
    return float(saved.mean()) > 0 and mean_interval(saved, rng).low > 0
