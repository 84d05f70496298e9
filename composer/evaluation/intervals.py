"""Paired intervals over examples: a score interval of means, a bootstrap of the rest, wider where clusters are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from composer.confidence import CONFIDENCE, Z
from composer.evaluation.figures import Floats, Statistic
from composer.evaluation.roots import root

RESAMPLES = 9999
CHUNK = 125_000
"""Weights drawn at once: 1 MB, so that what is computed of them stays in a processor's own cache."""

PAIRS = 500_000
"""Pairs of examples at once whose clusters are compared."""

LARGE = 2000
"""Examples beyond which a figure's own distribution is as good as normal, and its error that of the jackknife."""

NEAREST, FURTHEST = 1e-6, 8.0
"""Standard errors between which p values are distinguished: from nearly 1 to below 1e-14."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval; `low` and `high` are NaN where the data can't give one."""

    low: float
    high: float


_NONE = Interval(float("nan"), float("nan"))


def score_interval(values: Floats, clusters: Sequence[tuple[str, ...]], *, span: float | None = None) -> Interval:
    """Return a 95% score interval of the mean of paired differences, shape (n,), of which some share `clusters`.

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
    low = mean - wider * (mean - widest * _score_low(values / widest, Z))
    high = mean + wider * (-widest * _score_low(-values / widest, Z) - mean)
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
    z = FURTHEST if end(FURTHEST) > 0 else root(end, NEAREST, FURTHEST, within=1e-9)
    return float(2 * ndtr(-z))


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
    return tilted(root(beyond, 0.0, last, within=1e-12))[0] if beyond(last) > 0 else -1.0


def bootstrap_interval(
    statistic: Statistic,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
    *,
    resamples: int | None = None,
) -> Interval:
    """Return the 95% interval of one statistic of n examples: see `bootstrap_intervals`."""
    return bootstrap_intervals([statistic], clusters, rng, resamples=resamples)[0]


def bootstrap_intervals(
    statistics: Sequence[Statistic],
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
    *,
    resamples: int | None = None,
) -> list[Interval]:
    """Return a 95% interval of each statistic of the same n examples, all over the same resamples.

    `clusters` names what each example shares with others. Examples are resampled by the BCa bootstrap, and the
    bounds then moved away from the estimate by the root of the design effect (see `cluster_inflation`). A
    statistic that no resampling moves gives an interval of no width: nothing in these examples speaks against
    it. Bounds are NaN where the statistic is undefined, and for fewer than two examples.
    """
    n = len(clusters)
    wholes = [statistic.whole() if n > 1 else float("nan") for statistic in statistics]
    defined = [place for place, whole in enumerate(wholes) if not np.isnan(whole)]
    found = [_NONE] * len(statistics)
    if not defined:
        return found
    drawn = _resampled([statistics[place] for place in defined], n, rng, resamples)
    for place, values in zip(defined, drawn, strict=True):
        found[place] = _interval(statistics[place], wholes[place], values, clusters)
    return found


def figure_intervals(
    statistics: Sequence[Statistic], clusters: Sequence[tuple[str, ...]], rng: np.random.Generator
) -> list[Interval]:
    """Return a 95% interval of each statistic of the same n examples, quickly also where n is large.

    Of more than `LARGE` examples it is 1.96 standard errors to either side, by the jackknife (Efron 1982, "The
    jackknife, the bootstrap and other resampling plans"), wider where examples share `clusters`; of fewer, that of
    `bootstrap_intervals`.
    """
    if len(clusters) <= LARGE:
        return bootstrap_intervals(statistics, clusters, rng)
    return [jackknife_interval(statistic, clusters) for statistic in statistics]


def jackknife_interval(statistic: Statistic, clusters: Sequence[tuple[str, ...]]) -> Interval:
    """Return the 95% interval of a statistic of n examples by the jackknife: without chance, and within moments.

    Bounds are NaN where the statistic is undefined, and for fewer than two examples.
    """
    n, whole = len(clusters), statistic.whole()
    if n < 2 or np.isnan(whole):
        return _NONE
    pull = _influence(statistic.left_out())
    error = cluster_inflation(pull, clusters) * float(np.sqrt((n - 1) / n * (pull @ pull)))
    return Interval(whole - Z * error, whole + Z * error)


def _resampled(
    statistics: Sequence[Statistic], n: int, rng: np.random.Generator, resamples: int | None
) -> list[Floats]:
    """Return each statistic in every resample of n examples; NaN where a resample lacks what it is taken of."""
    batches: list[list[Floats]] = []
    for places in drawn_places(n, rng, resamples):
        places += n * np.arange(len(places))[:, None]
        weights = np.bincount(places.ravel(), minlength=places.size).reshape(places.shape)
        batches.append([statistic.of_many(weights) for statistic in statistics])
    return [np.concatenate(values) for values in zip(*batches, strict=True)]


def _interval(statistic: Statistic, whole: float, drawn: Floats, clusters: Sequence[tuple[str, ...]]) -> Interval:
    seen, without = statistic.of_many(np.ones((1, len(clusters)))), statistic.left_out()
    # A resample can miss every valid answer; it then counts as what was seen.
    bounds = bca(*(np.where(np.isnan(values), whole, values) for values in (drawn, seen, without)))
    wider = cluster_inflation(_influence(without), clusters) if _shared(clusters) else 1.0
    return Interval(whole + wider * (bounds.low - whole), whole + wider * (bounds.high - whole))


def drawn_places(n: int, rng: np.random.Generator, resamples: int | None = None) -> Iterator[NDArray[np.int64]]:
    """Draw resamples of n examples with replacement: yield batches of rows of places, shape (r, n)."""
    left = RESAMPLES if resamples is None else resamples
    while left > 0:
        rows = min(left, max(1, CHUNK // n))
        yield rng.integers(0, n, (rows, n))
        left -= rows


def bca(drawn: Floats, seen: Floats, left_out: Floats) -> Interval:
    """Return the 95% BCa bootstrap interval (Efron 1987, "Better bootstrap confidence intervals").

    `drawn`: the statistic in each resample, shape (b,). `seen`: that of the sample, shape (1,). `left_out`: that
    of the sample without each of its n values in turn, shape (n,). Where leaving out any one value changes
    nothing, BCa has no acceleration, and the percentiles are the bounds.

    The bounds are those of `scipy.stats.bootstrap` to the last digit, which takes one statistic at a time, forms
    each sample that leaves one out, and takes most of a second to import.
    """
    tail, n = (1 - CONFIDENCE) / 2, float(len(left_out))
    with np.errstate(all="ignore"):
        bias = ndtri((np.count_nonzero(drawn < seen) + np.count_nonzero(drawn <= seen)) / (2 * len(drawn)))
        pull = (n - 1) * (left_out.mean() - left_out)
        acceleration = 1 / 6 * ((pull**3).sum() / n**3) / ((pull**2).sum() / n**2) ** 1.5
        lean = bias + np.array([ndtri(tail), -ndtri(tail)])
        ends = ndtr(bias + lean / (1 - acceleration * lean))
    if np.isnan(ends).any():
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return Interval(float(low), float(high))
    ordered, place = np.sort(drawn), ends * len(drawn) + (1 - ends)
    below = np.clip(np.floor(place) - 1, 0, len(drawn) - 1).astype(int)
    above = np.clip(np.floor(place), 0, len(drawn) - 1).astype(int)
    low, high = (1 - place % 1) * ordered[below] + place % 1 * ordered[above]
    return Interval(float(low), float(high))


def cluster_inflation(influence: Floats, clusters: Sequence[tuple[str, ...]]) -> float:
    """Return by how much clusters widen an interval: 1 where no two examples share one, never less.

    It is the root of the design effect (Kish 1965): the variance when examples that share a cluster may move
    together, over the variance when none do. The first sums the influences (shape (n,), mean 0: how far each
    example pulls the statistic) of every pair of examples with a cluster in common, which for pairs of
    documents is the dyadic cluster-robust variance (Aronow, Samii and Assenova 2015, "Cluster-robust variance
    estimation for dyadic data", eq. 4), with the usual correction and t quantile for few clusters.
    """
    sharing, alone = _sharing(tuple(clusters)), float(influence @ influence)
    if sharing is None or alone == 0:
        return 1.0
    together, names = sharing.together(influence), sharing.names
    few = names / (names - 1) * (stdtrit(names - 1, (1 + CONFIDENCE) / 2) / Z) ** 2
    return float(np.sqrt(max(1.0, few * together / alone)))


class _Sharing:
    """Which of n examples is in which of `names` clusters: example `rows[i]` is in cluster `columns[i]`."""

    def __init__(self, rows: NDArray[np.intp], columns: NDArray[np.intp], n: int, names: int) -> None:
        self._rows, self._columns, self._n, self.names = rows, columns, n, names
        self._one_each = bool((np.bincount(rows, minlength=n) == 1).all())
        self._kept: list[tuple[slice, Any]] = []

    def together(self, influence: Floats) -> float:
        """Return the sum of the products of influences, shape (n,), over all pairs that share a cluster."""
        if self._one_each:  # the pairs of a cluster are the square of its sum
            return float((np.bincount(self._columns, influence) ** 2).sum())
        total = 0.0
        for part, share in self._kept or self._pairs():
            total += float(influence[part] @ np.asarray(share @ influence))
        return total

    def _pairs(self) -> Iterator[tuple[slice, Any]]:
        """Yield parts of the examples, and with whom they share a cluster; these are kept where they are few."""
        from scipy.sparse import csr_array  # needed only where an example has several

        belongs = csr_array((np.ones(len(self._rows)), (self._rows, self._columns)), shape=(self._n, self.names))
        keep = float((np.bincount(self._columns) ** 2.0).sum()) <= PAIRS
        some, kept = max(1, PAIRS // self._n), []
        for first in range(0, self._n, some):
            part = slice(first, first + some), (belongs[first : first + some] @ belongs.T).astype(bool)
            kept += [part] if keep else []
            yield part
        self._kept = kept


@lru_cache(maxsize=2)
def _sharing(clusters: tuple[tuple[str, ...], ...]) -> _Sharing | None:
    """Return which examples share a cluster, once for all their figures; None where none do, or there is one."""
    names = {name: place for place, name in enumerate(sorted({name for some in clusters for name in some}))}
    if not _shared(clusters) or len(names) < 2:
        return None
    rows = np.repeat(np.arange(len(clusters)), [len(some) for some in clusters])
    return _Sharing(rows, np.array([names[name] for some in clusters for name in some]), len(clusters), len(names))


def _shared(clusters: Sequence[tuple[str, ...]]) -> bool:
    """Whether any two examples share a cluster."""
    each = [name for some in clusters for name in set(some)]
    return len(set(each)) < len(each)


def _influence(left_out: Floats) -> Floats:
    """How far each example pulls a statistic, by its values without each example; shape (n,), mean 0."""
    pull: Floats = np.nan_to_num(np.nanmean(left_out) - left_out)
    return pull
