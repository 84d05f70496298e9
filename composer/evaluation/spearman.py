"""Spearman's rank correlation under many sets of weights at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from composer.evaluation.figures import Bools, Floats, Places, Statistic, Weights, in_parts

DENSE = 16
"""Ratings up to which a matrix of them is no sparse one: multiplied faster so."""


@dataclass(frozen=True)
class _Order:
    """The m valid examples in order of gold, and the u runs of neighbours in it that have the same rating.

    `examples`: their places among all n, shape (m,). `last`: the last of each run, as a place in `examples`, shape
    (u,). `run`: the run of each of the n, shape (n,), u for one that isn't valid. `step`: shape (u, l), 1 for the
    rating of a run and -1 for that of the next, so that sums up to the last of each run, times `step`, are the
    sums over each of l ratings; a sparse array where there are many.
    """

    examples: Places
    last: Places
    run: Places
    step: Any

    @classmethod
    def of(cls, examples: Places, rating: Places, ratings: int, n: int) -> Self:
        """Take the valid ones of n examples in order, and which of the `ratings` each has."""
        last = np.flatnonzero(np.diff(rating, append=-1))
        run = np.full(n, len(last))
        run[examples] = np.searchsorted(last, np.arange(len(examples)))
        own = rating[last]
        if ratings <= DENSE:
            step = np.eye(ratings)[own]
            step[:-1] -= step[1:]
            return cls(examples, last, run, step)
        from scipy.sparse import csr_array  # seldom needed

        runs = np.arange(len(own))
        signs = np.repeat([1.0, -1.0], [len(own), len(own) - 1])
        places = np.append(runs, runs[:-1]), np.append(own, own[1:])
        return cls(examples, last, run, csr_array((signs, places), shape=(len(own), ratings)))

    def lost(self) -> Floats:
        """Return what sums of squares over each rating lose with one example of each run, shape (u + 1, l).

        From that run on there is c - 1 in place of c, and (c - 1)^2 is c^2 - (2 c - 1). No run: nothing.
        """
        step = self.step if isinstance(self.step, np.ndarray) else self.step.toarray()
        less = (2 * self.last + 1.0)[:, np.newaxis] * step
        return np.cumsum(np.vstack([less, np.zeros(step.shape[1])])[::-1], axis=0)[::-1]


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
        levels, rating = np.unique(value[valid], return_inverse=True)
        _, self._gold, self._golds = np.unique(gold[valid], return_inverse=True, return_counts=True)
        self._ratings = len(levels)
        self._rating = np.full(self._n, self._ratings)
        self._rating[valid] = rating
        rising, falling = (np.lexsort((sign * rating, self._gold)) for sign in (1, -1))
        alike = np.array_equal(rating[rising], rating[falling])
        self._orders = [
            _Order.of(self._valid[order], rating[order], self._ratings, self._n)
            for order in ([rising] if alike else [rising, falling])
        ]
        self._kept: tuple[tuple[int, int, np.dtype[Any]], tuple[Weights, Weights, Floats]] | None = None

    def of_many(self, weights: Weights) -> Floats:
        """Return the correlation under each row of weights."""
        return self._of(*self._sums(weights))

    def left_out(self) -> Floats:
        """Return the correlation without each example in turn."""
        counts, squares, cubes = self._sums(np.ones((1, self._n)))
        lost = [(order.run, order.lost() / len(self._orders)) for order in self._orders]
        cubes = np.repeat(cubes, self._n)
        size = self._golds[self._gold]
        cubes[self._valid] += (size - 1) ** 3 - size**3
        own = np.eye(self._ratings + 1)[:, : self._ratings]
        return np.concatenate(
            [
                self._of(
                    counts - own[self._rating[part]],
                    squares - sum(less[run[part]] for run, less in lost),
                    cubes[part],
                )
                for part in in_parts(self._n, self._ratings)
            ]
        )

    def whole(self) -> float:
        """Return the correlation over all valid ratings."""
        return float(self.of_many(np.ones((1, self._n)))[0])

    def _sums(self, weights: Weights) -> tuple[Floats, Floats, Floats]:
        """Return what `_of` takes, under each row of weights."""
        squares = np.zeros((len(weights), self._ratings))
        starts = np.cumsum(self._golds) - self._golds
        for order in self._orders:
            own, ends, squared = self._space(len(weights), len(order.last), weights.dtype)
            np.take(weights, order.examples, axis=1, out=own, mode="clip")
            heavy = own if len(starts) == len(self._valid) else np.add.reduceat(own, starts, axis=1)
            cubes = np.einsum("rg,rg,rg->r", heavy, heavy, heavy)
            np.cumsum(own, axis=1, out=own)
            squared[:] = np.take(own, order.last, axis=1, out=ends, mode="clip")
            counts = squared @ order.step
            np.multiply(squared, squared, out=squared)
            squares += squared @ order.step
        return counts, squares / len(self._orders), cubes

    def _of(self, counts: Floats, squares: Floats, cubes: Floats) -> Floats:
        """Return r correlations, shape (r,), from sums over the examples.

        `counts`: the weight of each rating, shape (r, l). `squares`: that times the doubled rank of gold, as far
        as it doesn't cancel out, shape (r, l). `cubes`: the sum over the values of gold of their weights' third
        powers, shape (r,).
        """
        total = counts.sum(axis=1)
        ranks = 2 * np.cumsum(counts, axis=1) - counts - total[:, np.newaxis]
        along = (ranks * squares).sum(axis=1) / 4
        norm = (counts * ranks**2).sum(axis=1) / 4 * ((total * total * total - cubes) / 12)
        found = np.divide(along, np.sqrt(norm), out=np.zeros(len(norm)), where=norm > 0)
        return np.where(total < 2, np.nan, found)

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
