"""The figures of one prompt's answers, each as a function of how often every example counts.

A figure of n examples is defined once, for many sets of weights: r resamples give weights of shape (r, n), the
examples as they are give one row of ones. What resampling needs beside that, the figure without each example in
turn, comes from the same sums.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
Weights = NDArray[np.float64] | NDArray[np.int64]
"""How often each example counts, whole numbers from 0: shape (r, n) for r resamples of n examples."""


class Statistic(ABC):
    """A figure of n examples; NaN where the examples that count can't give one."""

    @abstractmethod
    def of_many(self, weights: Weights) -> Floats:
        """Return the figure under each row of weights, shape (r, n), as shape (r,)."""

    @abstractmethod
    def left_out(self) -> Floats:
        """Return the figure of all examples but one, leaving out each in turn; shape (n,)."""

    @abstractmethod
    def whole(self) -> float:
        """Return the figure of all examples, each counted once."""


def _as_it_is(values: Floats) -> Floats:
    return values


@dataclass(frozen=True)
class Mean(Statistic):
    """The mean of `mean_of` over the examples `counted`, both of shape (n,); NaN where none is counted.

    `written` is linear and makes a figure of a mean, and of an example's share in it. `span` is how far an
    example's figure can differ between two answers at most, where the interval of a difference may know it.
    """

    mean_of: Floats
    counted: Bools
    written: Callable[[Floats], Floats] = _as_it_is
    span: float | None = None

    @property
    def values(self) -> Floats:
        """What the figure is the mean of, as the figure is written; shape (n,)."""
        return self.written(self.mean_of)

    def of_many(self, weights: Weights) -> Floats:
        """Return the mean under each row of weights."""
        return self._of(weights @ (self.mean_of * self.counted), weights @ self.counted.astype(float))

    def left_out(self) -> Floats:
        """Return the mean without each example in turn."""
        values, counted = self.mean_of * self.counted, self.counted.astype(float)
        return self._of(values.sum() - values, counted.sum() - counted)

    def whole(self) -> float:
        """Return the mean over all examples that are counted."""
        return float(self.of_many(np.ones((1, len(self.mean_of))))[0])

    def influence(self) -> Floats:
        """Return values whose plain mean is the figure, and whose spread is its error; shape (n,).

        Where not all examples are counted each stands for what it pulls (the infinitesimal jackknife, Efron
        1982). At least one must be counted.
        """
        values = self.values
        if self.counted.all():
            return values
        middle = float(values[self.counted].mean())
        share = len(values) / float(self.counted.sum())
        return middle + np.where(self.counted, values - middle, 0.0) * share

    def _of(self, total: Floats, count: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            return self.written(total / count)


class _OfSums(Statistic):
    """A figure that follows from sums over the examples of `features`, shape (n, k)."""

    features: Floats

    @abstractmethod
    def _of(self, sums: Floats) -> Floats:
        """Return the figure that r rows of sums come to, shape (r, k) to (r,)."""

    def of_many(self, weights: Weights) -> Floats:
        """Return the figure under each row of weights."""
        return self._of(weights @ self.features)

    def left_out(self) -> Floats:
        """Return the figure without each example in turn."""
        return self._of(self.features.sum(axis=0) - self.features)

    def whole(self) -> float:
        """Return the figure of all examples."""
        return float(self.of_many(np.ones((1, len(self.features))))[0])


class Spread(_OfSums):
    """Standard deviation of the valid ratings (divisor: their number); low where they crowd together."""

    def __init__(self, value: Floats, valid: Bools) -> None:
        """Take ratings and whether they are valid, both of shape (n,)."""
        self._value, self._valid = np.where(valid, value, 0.0), valid.astype(float)
        # Counted from one of the ratings, so that resampled ratings that are all the same have no spread at all.
        shifted = np.where(valid, value - (value[valid][0] if valid.any() else 0.0), 0.0)
        self.features = np.column_stack([self._valid, shifted, shifted**2])

    def whole(self) -> float:
        """Return the spread of all valid ratings, by squares about their mean: these lose no digits."""
        count = self._valid.sum()
        if not count:
            return float("nan")
        mean = self._value @ self._valid / count
        return float(np.sqrt((self._value - mean) ** 2 @ self._valid / count))

    def _of(self, sums: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            mean, square = sums[:, 1] / sums[:, 0], sums[:, 2] / sums[:, 0]
        spread: Floats = np.sqrt(np.maximum(square - mean**2, 0.0))
        return spread


class MacroF1(_OfSums):
    """Mean of F1 over the labels that occur in gold; a malformed answer (NaN) misses its label."""

    def __init__(self, value: Floats, gold: Floats) -> None:
        """Take the answers' labels and the right ones as numbers, both of shape (n,)."""
        labels = np.unique(gold)
        answered, right = ((side[:, None] == labels).astype(float) for side in (value, gold))
        self.features = np.hstack([answered + right, answered * right])

    def _of(self, sums: Floats) -> Floats:
        either, both = np.hsplit(sums, 2)
        f1 = np.divide(2 * both, either, out=np.zeros(either.shape), where=either > 0)
        mean: Floats = f1.mean(axis=1)
        return mean


@dataclass(frozen=True)
class _Order:
    """The m valid examples in order of gold, and the u runs of neighbours in it that have the same rating.

    `examples`: their places among all n, shape (m,). `run`: the run of each, shape (m,). `last`: the last of each
    run, as a place in `examples`, shape (u,). `step`: shape (u, l), 1 for the rating of a run and -1 for that of
    the next, so that sums up to the last of each run, times `step`, are the sums over each of l ratings.
    """

    examples: Places
    run: Places
    last: Places
    step: Floats

    @classmethod
    def of(cls, examples: Places, rating: Places, ratings: int) -> Self:
        """Take the examples in order, and which of the `ratings` each has."""
        last = np.flatnonzero(np.diff(rating, append=-1))
        own = np.eye(ratings)[rating[last]]
        following = np.vstack([own[1:], np.zeros((min(1, len(own)), ratings))])
        return cls(examples, np.searchsorted(last, np.arange(len(rating))), last, own - following)


class Spearman(Statistic):
    """Spearman's rank correlation of valid ratings with gold, equal values ranked in the middle of their places.

    It is 0 where either is constant, since nothing is ordered then, and NaN for fewer than two examples.

    With ranks doubled and counted from their mean, an example of weight w that follows a weight of c in the order
    of gold has a rank times weight of (c + w)^2 - c^2, less a term that cancels out. Summed over neighbours of
    the same rating that needs c at the ends of their run alone. Where values of gold are equal, what is true is
    the mean over the order with their ratings rising and that with them falling. The sums are of whole numbers:
    exact, whichever way they are added up (to some 200,000 examples).
    """

    def __init__(self, value: Floats, gold: Floats, valid: Bools) -> None:
        """Take ratings, gold and whether each rating is valid, all of shape (n,)."""
        self._n, self._valid = len(value), np.flatnonzero(valid)
        levels, self._rating = np.unique(value[valid], return_inverse=True)
        _, self._gold, self._golds = np.unique(gold[valid], return_inverse=True, return_counts=True)
        self._ratings = len(levels)
        self._ties, self._starts = bool((self._golds > 1).any()), np.cumsum(self._golds) - self._golds
        self._kept: tuple[tuple[int, int, np.dtype[Any]], tuple[Weights, Weights, Floats]] | None = None
        rising, falling = (np.lexsort((sign * self._rating, self._gold)) for sign in (1, -1))
        alike = np.array_equal(self._rating[rising], self._rating[falling])
        self._orders = [
            _Order.of(self._valid[order], self._rating[order], self._ratings)
            for order in ([rising] if alike else [rising, falling])
        ]

    def of_many(self, weights: Weights) -> Floats:
        """Return the correlation under each row of weights."""
        squares = np.zeros((len(weights), self._ratings))
        for order in self._orders:
            own, ends, squared = self._space(len(weights), len(order.last), weights.dtype)
            np.take(weights, order.examples, axis=1, out=own, mode="clip")
            heavy = np.add.reduceat(own, self._starts, axis=1) if self._ties else own
            cubes = np.einsum("rg,rg,rg->r", heavy, heavy, heavy)
            np.cumsum(own, axis=1, out=own)
            squared[:] = np.take(own, order.last, axis=1, out=ends, mode="clip")
            counts = squared @ order.step
            np.multiply(squared, squared, out=squared)
            squares += squared @ order.step
        return self._of(counts, squares / len(self._orders), cubes)

    def left_out(self) -> Floats:
        """Return the correlation without each example in turn."""
        counts = np.tile(np.bincount(self._rating, minlength=self._ratings).astype(float), (self._n, 1))
        counts[self._valid, self._rating] -= 1
        squares = np.zeros((self._n, self._ratings))
        for order in self._orders:
            ends = order.last + 1.0
            squares += ends**2 @ order.step
            # One example fewer, from its run on: (c - 1)^2 is less than c^2 by 2 c - 1.
            fewer = np.cumsum(((2 * ends - 1)[:, None] * order.step)[::-1], axis=0)[::-1]
            squares[order.examples] -= fewer[order.run]
        cubes = np.full(self._n, float((self._golds**3).sum()))
        size = self._golds[self._gold]
        cubes[self._valid] += (size - 1) ** 3 - size**3
        return self._of(counts, squares / len(self._orders), cubes)

    def _space(self, rows: int, runs: int, kind: np.dtype[Any]) -> tuple[Weights, Weights, Floats]:
        """Return arrays to write in, kept from batch to batch: new memory costs more than what is computed in it.

        Their shapes are (rows, m), (rows, runs) and (rows, runs) for m valid examples.
        """
        wanted = (rows, runs, kind)
        if self._kept is None or self._kept[0] != wanted:
            shapes = ((rows, len(self._valid)), kind), ((rows, runs), kind), ((rows, runs), np.dtype(float))
            own, ends, squared = (np.empty(shape, of) for shape, of in shapes)
            self._kept = wanted, (own, ends, squared)
        return self._kept[1]

    def whole(self) -> float:
        """Return the correlation over all valid ratings."""
        return float(self.of_many(np.ones((1, self._n)))[0])

    def _of(self, counts: Floats, squares: Floats, cubes: Floats) -> Floats:
        """Return r correlations, shape (r,), from sums over the examples.

        `counts`: the weight of each rating, shape (r, l). `squares`: that times the doubled rank of gold, as far
        as it doesn't cancel out, shape (r, l). `cubes`: the sum over the values of gold of their weights' third
        powers, shape (r,).
        """
        total = counts.sum(axis=1)
        ranks = 2 * np.cumsum(counts, axis=1) - counts - total[:, None]
        along = (ranks * squares).sum(axis=1) / 4
        norm = (counts * ranks**2).sum(axis=1) / 4 * ((total * total * total - cubes) / 12)
        found = np.divide(along, np.sqrt(norm), out=np.zeros(len(norm)), where=norm > 0)
        return np.where(total < 2, np.nan, found)
