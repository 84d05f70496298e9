"""Paired intervals over examples: a score interval of means, a bootstrap of the rest, wider where clusters are."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse import csr_array
from scipy.stats import bootstrap, norm, t

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], float]
"""A statistic of example weights, shape (n,); a weight of 2 counts an example twice, of 0 leaves it out."""
BatchedStatistic = Callable[[Floats], Floats]
"""The same statistic of many resamples at once: weights of shape (r, n) to values of shape (r,)."""

RESAMPLES = 9999
LEVEL = 0.95
CHUNK = 500_000
"""Weights held at once: 4 MB, of which a statistic may need some ten copies."""

_Z = float(norm.ppf((1 + LEVEL) / 2))
NEAREST, FURTHEST = 1e-6, 8.0
"""Standard errors between which p values are told apart: from as good as 1 to below 1e-14."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval; `low` and `high` are NaN where the data can't give one."""

    low: float
    high: float


_NONE = Interval(float("nan"), float("nan"))


def score_interval(values: Floats, clusters: Sequence[tuple[str, ...]], *, span: float | None = None) -> Interval:
    """Return a 95% score interval of the mean of paired differences, shape (n,), `clusters` as for `interval`.

    It holds each mean that lies within 1.96 standard errors of the one seen, the error being the one there
    would be under that mean: Tango's interval (1998, "Equivalence test and confidence interval for the
    difference in proportions for the paired-sample design", Statistics in Medicine 17:891), to which it comes
    down for differences of -1, 0 and 1. For other differences the distribution under a mean is the most
    likely one on what was seen (Owen 1988, "Empirical likelihood ratio confidence intervals for a single
    functional") and on both ends of ±`span`: what was never seen may still happen. Without a `span` the
    largest difference seen, in either direction, is one; differences that are all zero then give an interval
    of no width. Bounds are NaN for fewer than two differences.
    """
    if len(values) < 2:
        return _NONE
    widest = float(np.abs(values).max())
    widest = widest if span is None else max(widest, span)
    mean = float(values.mean())
    if widest == 0:
        return Interval(mean, mean)
    wider = cluster_inflation(values - mean, clusters)
    low = mean - wider * (mean - widest * _score_low(values / widest, _Z))
    high = mean + wider * (-widest * _score_low(-values / widest, _Z) - mean)
    return Interval(low, high) if span is None else Interval(max(low, -widest), min(high, widest))


def score_p(values: Floats, clusters: Sequence[tuple[str, ...]], *, span: float | None = None) -> float:
    """Return the two-sided p value of a mean of paired differences: the level at which its interval ends at zero.

    It is below 0.05 where `score_interval` of the same differences leaves zero out, and nowhere else.
    """
    if len(values) < 2 or values.mean() == 0:
        return 1.0
    toward = values if values.mean() > 0 else -values
    mean = float(toward.mean())
    widest = max(float(np.abs(values).max()), span or 0.0)
    wider = cluster_inflation(values - values.mean(), clusters)

    def end(z: float) -> float:
        return mean - wider * (mean - widest * _score_low(toward / widest, z))

    if end(NEAREST) <= 0:
        return 1.0
    z = FURTHEST if end(FURTHEST) > 0 else float(brentq(end, NEAREST, FURTHEST, xtol=1e-9))
    return float(2 * norm.sf(z))


def _score_low(values: Floats, z: float) -> float:
    """Return the lower end of the score interval of `z` standard errors for values in [-1, 1], -1 being possible.

    A distribution as likely as can be has weights in proportion to 1 / (1 + tilt × value), the tilt from 0
    (what was seen) to 1. Beyond that -1 itself takes weight, and the end has a closed form.
    """
    n, mean, least = len(values), float(values.mean()), float(values.min())
    if mean <= -1:
        return -1.0
    if least > -1:
        end = (n * mean - z**2) / (n + z**2)
        if (end + 1) * float(np.mean(1 / (values + 1))) <= 1:
            return end

    def tilted(tilt: float) -> tuple[float, float]:
        weights = 1 / (1 + tilt * values)
        weights /= weights.sum()
        under = float(weights @ values)
        return under, float(weights @ (values - under) ** 2)

    def beyond(tilt: float) -> float:
        under, variance = tilted(tilt)
        return float(np.sqrt(n)) * (mean - under) - z * float(np.sqrt(variance))

    last = 1.0 if least > -1 else 1 - 1e-9
    return tilted(float(brentq(beyond, 0.0, last, xtol=1e-12)))[0] if beyond(last) > 0 else -1.0


def interval(
    statistic: Statistic,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
    *,
    resamples: int | None = None,
    many: BatchedStatistic | None = None,
) -> Interval:
    """Return a 95% interval of a statistic of n examples, `clusters` naming what each shares with others.

    Examples are resampled by the BCa bootstrap (Efron 1987; scipy.stats.bootstrap), and the bounds then
    moved away from the estimate by the root of the design effect (see `widening`). A statistic that no
    resampling moves gives an interval of no width: nothing in these examples speaks against it. Bounds are
    NaN where the statistic is undefined. `many`, where given, is the statistic of many resamples at once.
    """
    n = len(clusters)
    whole = statistic(np.ones(n))
    if n < 2 or np.isnan(whole):
        return _NONE
    at_once = many or (lambda weights: np.array([statistic(one) for one in weights]))

    def of_drawn(drawn: NDArray[np.int64], axis: int = -1) -> Floats:
        rows = drawn.reshape(-1, drawn.shape[axis])
        places = (rows + n * np.arange(len(rows))[:, None]).ravel()
        found = at_once(np.bincount(places, minlength=n * len(rows)).reshape(-1, n).astype(float))
        # A resample can miss every valid answer; such a one says nothing either way.
        return np.where(np.isnan(found), whole, found).reshape(drawn.shape[:-1])

    drawn = bca(np.arange(n), of_drawn, rng, vectorized=True, resamples=resamples)
    wider = cluster_inflation(_influence(at_once, n), clusters) if _shared(clusters) else 1.0
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
            batch=max(1, CHUNK // len(sample)),
            confidence_level=LEVEL,
            method="BCa",
            rng=rng,
        )
    low, high = (float(bound) for bound in result.confidence_interval)
    if np.isnan(low) or np.isnan(high):
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        low, high = (float(bound) for bound in np.quantile(result.bootstrap_distribution, tails))
    return Interval(low, high)


def cluster_inflation(influence: Floats, clusters: Sequence[tuple[str, ...]]) -> float:
    """Return by how much clusters widen an interval: 1 where no two examples share one, never less.

    It is the root of the design effect (Kish 1965): the variance when examples that share a cluster may move
    together, over the variance when none do. The first sums the influences (shape (n,), mean 0: how far each
    example pulls the statistic) of every pair of examples with a cluster in common, which for pairs of
    documents is the dyadic cluster-robust variance (Aronow, Samii and Assenova 2015, "Cluster-robust variance
    estimation for dyadic data", eq. 4), with the usual correction and t quantile for few clusters.
    """
    if not _shared(clusters):
        return 1.0
    names = {name: place for place, name in enumerate(sorted({name for some in clusters for name in some}))}
    alone = float(influence @ influence)
    if len(names) < 2 or alone == 0:
        return 1.0
    rows = np.repeat(np.arange(len(clusters)), [len(some) for some in clusters])
    columns = np.array([names[name] for some in clusters for name in some])
    belongs = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(clusters), len(names)))
    together, some = 0.0, max(1, CHUNK // len(clusters))
    for first in range(0, len(clusters), some):
        share = (belongs[first : first + some] @ belongs.T).astype(bool)
        together += float(influence[first : first + some] @ np.asarray(share @ influence))
    few = len(names) / (len(names) - 1) * (t.ppf((1 + LEVEL) / 2, len(names) - 1) / _Z) ** 2
    return float(np.sqrt(max(1.0, few * together / alone)))


def _shared(clusters: Sequence[tuple[str, ...]]) -> bool:
    """Whether any two examples share a cluster."""
    each = [name for some in clusters for name in set(some)]
    return len(set(each)) < len(each)


def _influence(many: BatchedStatistic, n: int) -> Floats:
    """How far each example pulls the statistic, by leaving it out; shape (n,), mean 0."""
    some = max(1, CHUNK // n)
    left_out = np.concatenate([many(1.0 - np.eye(min(some, n - first), n, first)) for first in range(0, n, some)])
    pull: Floats = np.nan_to_num(np.nanmean(left_out) - left_out)
    return pull
