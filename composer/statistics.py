"""Paired intervals by the bootstrap, resampling documents where examples share them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

Floats = NDArray[np.float64]

RESAMPLES = 2000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A confidence interval; `low` and `high` are NaN where the data can't give one."""

    low: float
    high: float


class Units:
    """What is resampled: clusters of examples.

    An example that belongs to several clusters (a pair of documents) weighs the product of how often each
    was drawn, so that pairs that share a document move together (Owen and Eckles 2012, "Bootstrapping data
    arrays of arbitrary order", section 3).
    """

    def __init__(self, clusters: Sequence[tuple[str, ...]]) -> None:
        names = sorted({name for some in clusters for name in some})
        place = {name: number for number, name in enumerate(names)}
        width = max((len(some) for some in clusters), default=0)
        self.count = len(names)
        self.members = np.array([[place[some[i % len(some)]] for i in range(width)] for some in clusters])
        self.several = np.array([[i < len(some) for i in range(width)] for some in clusters])

    def weights(self, drawn: NDArray[np.int64]) -> Floats:
        """Return the weight of every example, shape (n examples,), given the drawn cluster numbers."""
        times = np.bincount(drawn, minlength=self.count).astype(float)
        weights: Floats = np.where(self.several, times[self.members], 1.0).prod(axis=1)
        return weights


def interval(
    statistic: Callable[[Floats], float],
    units: Units,
    rng: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
) -> Interval:
    """Return the 95% BCa interval of a statistic of example weights (Efron 1987; scipy.stats.bootstrap).

    A statistic that no resampling moves gives an interval of no width: there is nothing to be unsure of in
    these examples. NaN bounds come back where the statistic is undefined on most resamples.
    """
    whole = statistic(np.ones(len(units.members)))
    if units.count < 2 or np.isnan(whole):
        return Interval(float("nan"), float("nan"))

    def of_drawn(drawn: NDArray[np.int64]) -> float:
        value = statistic(units.weights(drawn))
        return whole if np.isnan(value) else value

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = bootstrap(
            (np.arange(units.count),),
            of_drawn,
            vectorized=False,
            n_resamples=resamples,
            confidence_level=LEVEL,
            method="BCa",
            rng=rng,
        )
    if np.ptp(result.bootstrap_distribution) == 0:
        return Interval(whole, whole)
    low, high = (float(bound) for bound in result.confidence_interval)
    if np.isnan(low) or np.isnan(high):
        low, high = (float(bound) for bound in np.quantile(result.bootstrap_distribution, [0.025, 0.975]))
    return Interval(low, high)
