"""The figures of one prompt's answers, each as a function of how often every example counts.

A figure of n examples is defined once, for many sets of weights: r resamples give weights of shape (r, n), the
examples as they are give one row of ones. What resampling needs beside that, the figure without each example in
turn, comes from the same sums.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
Weights = NDArray[np.float64] | NDArray[np.int64]
"""How often each example counts, whole numbers from 0: shape (r, n) for r resamples of n examples."""

CHUNK = 500_000
"""Numbers held at once where each example is left out in turn: 4 MB."""


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


def in_parts(n: int, width: int) -> Iterator[slice]:
    """Yield parts of n rows of this width that together have all of them, each of some `CHUNK` numbers."""
    rows = max(1, CHUNK // max(1, width))
    return (slice(first, first + rows) for first in range(0, n, rows))


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

        Where not all examples are counted, each has the value that it pulls the figure to (the infinitesimal
        jackknife, Efron 1982, "The jackknife, the bootstrap and other resampling plans"). At least one must be
        counted.
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


class OfSums(Statistic):
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
        total = self.features.sum(axis=0)
        return np.concatenate([self._of(total - self.features[part]) for part in in_parts(*self.features.shape)])

    def whole(self) -> float:
        """Return the figure of all examples."""
        return float(self.of_many(np.ones((1, len(self.features))))[0])


class Spread(OfSums):
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


class MacroF1(OfSums):
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
