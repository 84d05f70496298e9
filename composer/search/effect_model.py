"""A Gaussian model of losses over compositions: what each snippet, pair and composition adds.

The loss of composition c on example i is taken as

    y[c, i] = level + a[i] + (m + w)·z(c) + z(c)'P z(c)/2 + d[c] + noise,

where z(c) in {-1, 0, 1} marks which snippets c adds to the incumbent or leaves out of it, a is how hard an
example is, m what any snippet does on average (a longer prompt is often a worse one), w what each does beside
that, P what each pair does, and d what is left of a composition alone. All
are Gaussian around zero with one variance each, so that effects are shrunken together as far as the data ask
for it (a conjugate mixed model; the variances maximise the marginal likelihood, as in Rasmussen & Williams 2006,
section 5.4.1). Nothing is ever held as an N x N x M table: the kernel of a pair of compositions follows from how
much they share (the ANOVA kernel of second order, Durrande et al. 2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

from composer.search.problem import Keys
from composer.search.sensitivity import Sensitivity

Floats = NDArray[np.float64]

LEVEL_VARIANCE = 1.0
"""Prior variance of the level: losses lie in [0, 1], so this is vague."""


@dataclass(frozen=True)
class Variances:
    """Prior variances of effects and noise.

    `common` is that of what any snippet does on average, `snippet` of what one does beside that, `pair` of what
    two do together, `own` of what is left of a composition; `example` is that of how hard an example is.
    """

    common: float = 0.0004
    snippet: float = 0.0025
    pair: float = 0.0003
    own: float = 0.0003
    example: float = 0.04
    noise: float = 0.08


@dataclass(frozen=True)
class Expectation:
    """What is expected of snippets before any answer: `mean` (N,) the loss each adds, and how surely.

    `spread` (N,) is the share of the variance of snippets that is left to each, in [0, 1].
    """

    mean: Floats
    spread: Floats


@dataclass(frozen=True)
class Effects:
    """Effects that give every composition a loss: a level, one a snippet, shape (N,), one a pair, shape (N, N).

    `pairs` is symmetric with zeros on its diagonal; `own` maps a composition that was seen to what it adds
    beside its snippets and pairs, by its position among those seen.
    """

    level: float
    snippets: Floats
    pairs: Floats
    own: Floats

    def at(self, z: Floats) -> Floats:
        """Return the loss of compositions with indicators z, shape (M, N), without their own part; shape (M,)."""
        linear = z @ self.snippets
        crossed: Floats = 0.5 * np.einsum("mn,mn->m", z @ self.pairs, z)
        return self.level + linear + crossed

    def towards(self, other: Effects, share: float) -> Effects:
        """Return the effects that lie this share of the way, in [0, 1], to others."""
        near = 1 - share
        return Effects(
            near * self.level + share * other.level,
            near * self.snippets + share * other.snippets,
            near * self.pairs + share * other.pairs,
            near * self.own + share * other.own,
        )


class EffectModel:
    """The model fitted to cells.

    `index` maps a snippet to its column. Losses come as a mapping from (composition, example id); the
    incumbent is where z is zero. Where something is `expected` of snippets, w lies around that. Where a
    `sensitivity` is given, all that hangs on the composition counts s[i] times on example i, and the noise has
    n[i] times its variance; the level is that of the mean over examples.
    """

    def __init__(
        self,
        index: Mapping[str, int],
        incumbent: Keys,
        losses: Mapping[tuple[Keys, str], float],
        variances: Variances | None = None,
        expected: Expectation | None = None,
        sensitivity: Sensitivity | None = None,
    ) -> None:
        self.index = index
        self.expected = expected or Expectation(np.zeros(len(index)), np.ones(len(index)))
        self.incumbent = incumbent
        self.variances = variances or Variances()
        self.seen: list[Keys] = list(dict.fromkeys(keys for keys, _ in losses))
        row = {keys: place for place, keys in enumerate(self.seen)}
        column = {e: place for place, e in enumerate(dict.fromkeys(e for _, e in losses))}
        self.row = row
        self._rows = np.array([row[keys] for keys, _ in losses], dtype=np.int64)
        self._columns = np.array([column[e] for _, e in losses], dtype=np.int64)
        self.z = self.indicators(self.seen)
        losses_of = np.fromiter(losses.values(), dtype=np.float64, count=len(losses))
        self._counts = np.zeros((len(row), len(column)))
        np.add.at(self._counts, (self._rows, self._columns), 1.0)
        self._alike = sensitivity is None
        signal, noise = (sensitivity.signal, sensitivity.noise) if sensitivity else ({}, {})
        self._signal = np.array([signal.get(e, 1.0) for e in column])
        self._weight = 1.0 / np.array([noise.get(e, 1.0) for e in column])
        # What is expected hangs on the composition, so that it too counts as often as an example tells.
        self._y = losses_of - self._signal[self._columns] * (self.z @ self.expected.mean)[self._rows]

    def indicators(self, compositions: Sequence[Keys]) -> Floats:
        """Return which snippets each composition adds to the incumbent (1) or leaves out (-1); shape (M, N)."""
        z = np.zeros((len(compositions), len(self.index)))
        z[:, [self.index[key] for key in self.incumbent]] = -1.0
        for place, keys in enumerate(compositions):
            z[place, [self.index[key] for key in keys]] += 1.0
        return z

    @property
    def cells(self) -> int:
        """Cells the model is fitted to."""
        return len(self._y)

    def examples_of(self, keys: Keys) -> int:
        """Return on how many examples a composition was seen."""
        return int(self._counts[self.row[keys]].sum()) if keys in self.row else 0

    # What two compositions share, counted in snippets and in pairs: shape (M, M), whole numbers where nothing
    # is expected of snippets.

    @cached_property
    def _shared(self) -> tuple[Floats, Floats]:
        shared = self.z @ self.z.T
        both = np.abs(self.z) @ np.abs(self.z).T
        return (self.z * self.expected.spread) @ self.z.T, (shared**2 - both) / 2

    def _kernel(self, variances: Variances) -> Floats:
        shared, pairs = self._shared
        lengths = self.z.sum(axis=1)
        kernel: Floats = LEVEL_VARIANCE + variances.snippet * shared + variances.pair * pairs
        kernel = kernel + variances.common * np.outer(lengths, lengths)
        return kernel + variances.own * np.eye(len(self.seen))

    def _sums(self, y: Floats, variances: Variances) -> Floats:
        """Return the evidence of cells on each composition once examples are accounted for, shape (M,)."""
        pull = self._signal * self._weight
        by_row = np.bincount(self._rows, pull[self._columns] * y, len(self.seen))
        by_column = np.bincount(self._columns, y, self._counts.shape[1]) * self._weight
        share = self._share(variances)
        sums: Floats = (by_row - self._counts @ (pull * share * by_column)) / variances.noise
        return sums

    def _share(self, variances: Variances) -> Floats:
        """Return what one answer counts for in how hard each example is, shape (examples,)."""
        known: Floats = self._counts.sum(axis=0) * self._weight
        share: Floats = 1.0 / (variances.noise / variances.example + known)
        return share

    def _precision(self, variances: Variances) -> Floats:
        pull = self._signal * self._weight
        shared = (self._counts * (np.square(pull) * self._share(variances))) @ self._counts.T
        precision: Floats = (np.diag(self._counts @ (self._signal * pull)) - shared) / variances.noise
        return precision

    def likelihood(self, variances: Variances) -> float:
        """Return the log marginal likelihood of the cells under these variances, up to a constant."""
        y = self._y - self._y.mean()
        known = self._counts.sum(axis=0) * self._weight
        by_column = np.bincount(self._columns, y, len(known)) * self._weight
        weighed = self._weight[self._columns] * y
        fit = (weighed @ y - by_column @ (self._share(variances) * by_column)) / variances.noise
        size = len(y) * np.log(variances.noise) + np.log1p(known * variances.example / variances.noise).sum()
        size -= np.log(self._weight[self._columns]).sum()
        kernel, sums = self._kernel(variances), self._sums(y, variances)
        system = np.eye(len(self.seen)) + self._precision(variances) @ kernel
        factor = lu_factor(system, check_finite=False)
        fit -= sums @ kernel @ lu_solve(factor, sums, check_finite=False)
        size += np.log(np.abs(np.diag(factor[0]))).sum()
        return float(-0.5 * (fit + size))

    def tuned(self, expected: Variances, *, rounds: int = 2) -> EffectModel:
        """Return this model with the most probable variances, found by doubling and halving.

        Each is log-normal around what is `expected`, with spread `DOUBT`: by likelihood alone, a few cells with
        heavy tails would make every effect look like nothing.
        """
        best = self.variances
        value = self.likelihood(best) - surprise(best, expected)
        for _ in range(rounds):
            before = best
            for name in BOUNDS:
                low, high = BOUNDS[name]
                for factor in (2.0, 0.5):
                    while low <= (wanted := getattr(best, name) * factor) <= high:
                        other = replace(best, **{name: wanted})
                        # The margin is wider than rounding, so that every machine takes the same steps.
                        if (found := self.likelihood(other) - surprise(other, expected)) <= value + 1e-6:
                            break
                        best, value = other, found
            if best == before:
                break
        self.variances = best
        for name in ("_solved", "_pull", "_beside"):
            self.__dict__.pop(name, None)
        return self

    @cached_property
    def _solved(self) -> tuple[tuple[Floats, NDArray[np.int32]], Floats]:
        precision = self._precision(self.variances)
        system = np.eye(len(self.seen)) + precision @ self._kernel(self.variances)
        return lu_factor(system, check_finite=False), precision

    def mean(self) -> Effects:
        """Return the posterior mean."""
        pull, centre = self._pull
        return self._effects(pull, centre + self._beside, self._nothing())

    @cached_property
    def _pull(self) -> tuple[Floats, float]:
        """What the cells pull each composition by, shape (M,), away from their mean loss; and that mean."""
        factor, _ = self._solved
        centre = float(self._y.mean())
        sums = self._sums(self._y - centre, self.variances)
        return lu_solve(factor, sums, check_finite=False), centre

    @cached_property
    def _beside(self) -> float:
        """How much harder examples are than cells, on average: those that tell more were asked more often."""
        if self._alike:
            return 0.0
        pull, centre = self._pull
        found = self._kernel(self.variances) @ pull
        left = self._y - centre - self._signal[self._columns] * found[self._rows]
        known = np.bincount(self._columns, left, len(self._weight)) * self._weight
        return float((self._share(self.variances) * known).mean())

    def common(self) -> tuple[float, float]:
        """Return the loss that any snippet adds on average, and its standard deviation, of the posterior."""
        factor, precision = self._solved
        lengths, variance = self.z.sum(axis=1), self.variances.common
        told = variance * float(lengths @ lu_solve(factor, precision @ lengths, check_finite=False))
        return variance * float(lengths @ self._pull[0]), float(np.sqrt(variance * max(1e-9, 1 - told)))

    def gains_over(self, keys: Keys) -> tuple[Floats, Floats]:
        """Return the loss that each seen composition saves against this one, and its standard deviation.

        Both of shape (M,), of the posterior; the composition must have been seen.
        """
        factor, precision = self._solved
        kernel = self._kernel(self.variances)
        mean = kernel @ self._pull[0] + self.z @ self.expected.mean
        # The posterior covariance K - K (I + L K)^-1 L K, L being the precision.
        covariance = kernel - kernel @ lu_solve(factor, precision @ kernel, check_finite=False)
        place = self.row[keys]
        own = np.diag(covariance)
        variance = own + own[place] - covariance[:, place] - covariance[place]
        return mean[place] - mean, np.sqrt(np.maximum(variance, 0.0))

    def draws(self, count: int, rng: np.random.Generator) -> list[Effects]:
        """Draw effects from the posterior (Matheron's rule: a prior draw, corrected by the cells)."""
        return [self._draw(rng) for _ in range(count)]

    def _draw(self, rng: np.random.Generator) -> Effects:
        factor, precision = self._solved
        variances, n = self.variances, len(self.index)
        upper = np.triu(rng.normal(size=(n, n)), 1) * np.sqrt(variances.pair)
        prior = Effects(
            float(rng.normal() * np.sqrt(LEVEL_VARIANCE)),
            rng.normal(size=n) * np.sqrt(variances.snippet * self.expected.spread)
            + rng.normal() * np.sqrt(variances.common),
            upper + upper.T,
            rng.normal(size=len(self.seen)) * np.sqrt(variances.own),
        )
        noise = rng.normal(size=len(self._y)) * np.sqrt(variances.noise / self._weight[self._columns])
        noise += (rng.normal(size=self._counts.shape[1]) * np.sqrt(variances.example))[self._columns]
        centre = float(self._y.mean())
        wanted = self._sums(self._y - centre - noise, variances) - precision @ (prior.at(self.z) + prior.own)
        return self._effects(lu_solve(factor, wanted, check_finite=False), centre + self._beside, prior)

    def _nothing(self) -> Effects:
        n = len(self.index)
        return Effects(0.0, np.zeros(n), np.zeros((n, n)), np.zeros(len(self.seen)))

    def _effects(self, pull: Floats, centre: float, prior: Effects) -> Effects:
        variances = self.variances
        by_snippet = self.z.T @ pull
        own = variances.snippet * self.expected.spread * by_snippet + self.expected.mean
        pairs = variances.pair * (self.z.T * pull) @ self.z
        np.fill_diagonal(pairs, 0.0)
        return Effects(
            centre + prior.level + LEVEL_VARIANCE * float(pull.sum()),
            prior.snippets + own + variances.common * by_snippet.sum(),
            prior.pairs + pairs,
            prior.own + variances.own * pull,
        )


BOUNDS: Mapping[str, tuple[float, float]] = {
    "noise": (1e-4, 0.5),
    "example": (1e-4, 0.5),
    "common": (1e-6, 0.05),
    "snippet": (1e-5, 0.2),
    "pair": (1e-6, 0.05),
    "own": (1e-6, 0.05),
}
"""Where each variance is looked for."""

DOUBT: Mapping[str, float] = {
    "noise": 3.0,
    "example": 3.0,
    "common": 0.5,
    "snippet": 0.5,
    "pair": 0.5,
    "own": 0.5,
}
"""How far each variance may lie from what is expected: a standard deviation of its logarithm. Noise and the
examples differ much from task to task, and every cell is evidence on them; on what snippets do, few are."""


def surprise(variances: Variances, expected: Variances) -> float:
    """Return how improbable variances are where others are expected: minus their log density, up to a constant."""
    away = [np.log(getattr(variances, name) / getattr(expected, name)) / doubt for name, doubt in DOUBT.items()]
    return 0.5 * float(np.square(away).sum())
