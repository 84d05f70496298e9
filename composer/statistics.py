"""Paired intervals: the BCa bootstrap over examples, widened where examples share a cluster."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap, norm, t

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], float]
"""A statistic of example weights, shape (n,); a weight of 2 counts an example twice, of 0 leaves it out."""

RESAMPLES = 9999
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A confidence interval; `low` and `high` are NaN where the data can't give one."""

    low: float
    high: float


def interval(
    statistic: Statistic,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
    *,
    resamples: int | None = None,
) -> Interval:
    """Return a 95% interval of a statistic of n examples, `clusters` naming what each shares with others.

    Examples are resampled by the BCa bootstrap (Efron 1987; scipy.stats.bootstrap), and the bounds then
    moved away from the estimate by the root of the design effect (see `widening`). A statistic that no
    resampling moves gives an interval of no width: nothing in these examples speaks against it. Bounds are
    NaN where the statistic is undefined.
    """
    n = len(clusters)
    whole = statistic(np.ones(n))
    if n < 2 or np.isnan(whole):
        return Interval(float("nan"), float("nan"))

    def of_drawn(drawn: NDArray[np.int64]) -> float:
        value = statistic(np.bincount(drawn, minlength=n).astype(float))
        # A resample can miss every valid answer; such a one says nothing either way.
        return whole if np.isnan(value) else value

    drawn = bca(np.arange(n), of_drawn, rng, vectorized=False, resamples=resamples)
    wider = widening(statistic, clusters)
    return Interval(whole + wider * (drawn.low - whole), whole + wider * (drawn.high - whole))


def bca(
    sample: NDArray[Any],
    statistic: Callable[..., Any],
    rng: np.random.Generator,
    *,
    vectorized: bool,
    resamples: int | None = None,
) -> Interval:
    """Return the 95% BCa bootstrap interval of a statistic of a sample of n values, which takes those drawn.

    Where leaving out any one value changes nothing, BCa has no acceleration and the percentiles stand in.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        result = bootstrap(
            (sample,),
            statistic,
            vectorized=vectorized,
            n_resamples=RESAMPLES if resamples is None else resamples,
            confidence_level=LEVEL,
            method="BCa",
            rng=rng,
        )
    low, high = (float(bound) for bound in result.confidence_interval)
    if np.isnan(low) or np.isnan(high):
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        low, high = (float(bound) for bound in np.quantile(result.bootstrap_distribution, tails))
    return Interval(low, high)


def widening(statistic: Statistic, clusters: Sequence[tuple[str, ...]]) -> float:
    """Return by how much clusters widen an interval: 1 where no two examples share one, never less.

    It is the root of the design effect (Kish 1965): the variance when examples that share a cluster may move
    together, over the variance when none do. The first sums the influences of every pair of examples with a
    cluster in common, which for pairs of documents is the dyadic cluster-robust variance (Aronow, Samii and
    Assenova 2015, "Cluster-robust variance estimation for dyadic data", eq. 4), with the usual correction
    and t quantile for few clusters.
    """
    names = sorted({name for some in clusters for name in some})
    if len(names) < 2 or len({name for some in clusters for name in set(some)}) == sum(map(len, clusters)):
        return 1.0
    place = {name: number for number, name in enumerate(names)}
    belongs = np.zeros((len(clusters), len(names)))
    for number, some in enumerate(clusters):
        belongs[number, [place[name] for name in some]] = 1
    influence = _influence(statistic, len(clusters))
    alone = float(influence @ influence)
    if alone == 0:
        return 1.0
    together = float(influence @ ((belongs @ belongs.T > 0) @ influence))
    few = len(names) / (len(names) - 1) * (t.ppf((1 + LEVEL) / 2, len(names) - 1) / norm.ppf((1 + LEVEL) / 2)) ** 2
    return float(np.sqrt(max(1.0, few * together / alone)))


def _influence(statistic: Statistic, n: int) -> Floats:
    """How far each example pulls the statistic, by leaving it out; shape (n,), mean 0."""
    left_out = np.array([statistic(1.0 - (np.arange(n) == one)) for one in range(n)])
    pull: Floats = np.nan_to_num(np.nanmean(left_out) - left_out)
    return pull
