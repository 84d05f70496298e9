"""Where a gain sits: whether a few clusters or a single slice hold most of it, and whether chance does that.

A gain that was measured on many examples may come from one document, or from one kind of text: it is real there,
and says little of anything else. Two things have to come together for a warning. It matters: these places hold at
least half of the gain on at most half of the examples, and without them the interval no longer leaves zero out. It
is no chance: the same changes, dealt out to the examples at random, gather so in fewer than 1 comparison of 40.
That holds for clusters and for slices each: a gain which sits nowhere in particular is warned about in 1 of 20
comparisons at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from composer.evaluation.figures import Bools, Floats
from composer.evaluation.intervals import cluster_inflation, score_interval

Kind = Literal["clusters", "slice"]

SHARE = 0.5
"""What the places have to hold of the gain at least, and of the examples at most."""
LEVEL = 0.025
"""Chance of a warning about clusters, and of one about slices, where a gain sits nowhere in particular."""
FEW = 3
"""Clusters that are few, however many there are; a twentieth of them is, too."""
FEWEST = 5
"""Examples inside of a slice, and outside of it, below which it is not looked at."""
DEALS = 999
"""How often the changes are dealt out at random."""
AT_ONCE = 500_000
"""Changes that are dealt out at once: 4 MB."""


@dataclass(frozen=True)
class Concentration:
    """A part of the examples that most of a gain comes from.

    `names` are the clusters, the one with most of the gain first, or the one slice. They have `examples` of all
    `total`, and `share` of the gain, above 1 where the others together lose. `rest` is the mean loss saved on the
    others, `low` and `high` its 95% interval. `p` is the chance of so much in so few places if the gain sat
    nowhere in particular.
    """

    kind: Kind
    names: tuple[str, ...]
    examples: int
    total: int
    share: float
    rest: float
    low: float
    high: float
    p: float


def concentrations(
    saved: Floats,
    clusters: Sequence[tuple[str, ...]],
    slices: Sequence[str],
    rng: np.random.Generator,
    *,
    span: float | None = None,
) -> tuple[Concentration, ...]:
    """Return where a gain sits, if it sits in few clusters or in one slice: one of each at most.

    `saved` is the loss that each of n examples saves, shape (n,), in [-1, 1]; `clusters` and `slices` (empty for
    none) are theirs; `span` is as in `intervals.score_interval`, and `rng` deals out the changes. Nothing is
    returned where there is no clear gain to begin with.
    """
    if len(saved) < 2 * FEWEST or not score_interval(saved, clusters, span=span).low > 0:
        return ()
    gain = _Gain(saved, clusters, span, rng)
    return (*_in_clusters(gain), *_in_a_slice(gain, slices))


@dataclass(frozen=True)
class _Gain:
    """A clear gain: what each of n examples saves, their clusters, and what deals it out."""

    saved: Floats
    clusters: Sequence[tuple[str, ...]]
    span: float | None
    rng: np.random.Generator

    def in_part(self, kind: Kind, names: tuple[str, ...], part: Bools) -> Concentration | None:
        """Return a part that matters: it holds most of the gain, and without it none is clear; p is to come."""
        inside, total = int(part.sum()), len(part)
        share = float(self.saved[part].sum() / self.saved.sum())
        others = np.flatnonzero(~part)
        if inside > SHARE * total or share < SHARE or len(others) < 2:
            return None
        rest = self.saved[others]
        bounds = score_interval(rest, [self.clusters[place] for place in others.tolist()], span=self.span)
        if bounds.low > 0:
            return None
        return Concentration(kind, names, inside, total, share, float(rest.mean()), bounds.low, bounds.high, 1.0)

    def dealt(self) -> Iterator[Floats]:
        """Yield what is saved, dealt out to the examples at random, many times: shape (n, r) each."""
        left, most = DEALS, max(1, AT_ONCE // len(self.saved))
        while left > 0:
            rows = min(left, most)
            yield self.rng.permuted(np.tile(self.saved, (rows, 1)), axis=1).T
            left -= rows


def _in_clusters(gain: _Gain) -> Iterator[Concentration]:
    """Yield the few clusters that hold the gain, where there are such."""
    names = sorted({name for some in gain.clusters for name in some})
    if len(names) >= sum(len(some) for some in gain.clusters):
        return  # no two examples share one: however the changes are dealt out, it is the same
    belongs = _belonging(gain.clusters, names)
    numbers = sorted({number for number in (1, 2, FEW, len(names) // 20) if 0 < number < len(names)})
    best = np.argsort(-(belongs @ gain.saved), kind="stable")
    parts = []
    for number in numbers:
        part = np.asarray(belongs[best[:number]].sum(axis=0) > 0).ravel()
        parts.append(gain.in_part("clusters", tuple(names[place] for place in best[:number]), part))
    if not any(parts):
        return
    seen = _most(belongs @ gain.saved[:, None], numbers)
    drawn = [_most(belongs @ some, numbers) for some in gain.dealt()]
    each = _chances(np.vstack([seen, *drawn]))
    # The number of clusters that stands out most is taken, in what was dealt out as in what was seen.
    p = float((each.min(axis=1) <= each[0].min()).mean())
    chosen = min((place for place, one in enumerate(parts) if one), key=lambda place: (each[0, place], place))
    found = parts[chosen]
    if found is not None and p < LEVEL:
        yield replace(found, p=p)


def _most(sums: Floats, numbers: Sequence[int]) -> Floats:
    """Return what so many of the best clusters hold: sums of shape (k, r) to (r, len(numbers))."""
    best = np.cumsum(-np.sort(-sums, axis=0)[: max(numbers)], axis=0)
    return best[[number - 1 for number in numbers]].T


def _chances(figures: Floats) -> Floats:
    """Return for each figure which share of its column is at least as large; shape (r, k)."""
    ordered = np.sort(figures, axis=0)
    columns = [len(ordered) - np.searchsorted(ordered[:, k], figures[:, k]) for k in range(figures.shape[1])]
    return np.column_stack(columns) / len(figures)


def _in_a_slice(gain: _Gain, slices: Sequence[str]) -> Iterator[Concentration]:
    """Yield the one slice that holds the gain, where there is such."""
    n = len(slices)
    sizes = {name: slices.count(name) for name in sorted(set(slices)) if name}
    names = [name for name, size in sizes.items() if FEWEST <= size <= n - FEWEST]
    inside = [np.array([one == name for one in slices]) for name in names]
    parts = [gain.in_part("slice", (name,), part) for name, part in zip(names, inside, strict=True)]
    if not any(parts):
        return
    belongs = np.array(inside, dtype=float)
    # What examples of the same document have in common makes slices differ as well.
    wider = np.array([_inflation(gain, part) for part in inside])
    seen = _contrasts(belongs, gain.saved[:, None])[:, 0] / wider
    drawn = np.concatenate([_contrasts(belongs, some).max(axis=0) for some in gain.dealt()])
    place = int(seen.argmax())
    p = float((1 + (drawn >= seen[place]).sum()) / (1 + len(drawn)))
    found = parts[place]
    if found is not None and p < LEVEL:
        yield replace(found, p=p)


def _contrasts(belongs: Floats, saved: Floats) -> Floats:
    """Return by how many standard errors each slice saves more than all others: (k, n) and (n, r) to (k, r).

    Each side has a variance of its own, as in Welch 1947, "The generalization of Student's problem when several
    different population variances are involved".
    """
    sizes = belongs.sum(axis=1)[:, None]
    sums, squares = belongs @ saved, belongs @ saved**2
    sides = (
        (sizes, sums, squares),
        (len(saved) - sizes, saved.sum(axis=0) - sums, (saved**2).sum(axis=0) - squares),
    )
    means = [total / size for size, total, _ in sides]
    errors = [
        np.maximum(square / size - mean**2, 0.0) / (size - 1)
        for (size, _, square), mean in zip(sides, means, strict=True)
    ]
    difference = means[0] - means[1]
    return np.asarray(difference / np.sqrt(np.maximum(errors[0] + errors[1], np.finfo(float).tiny)))


def _inflation(gain: _Gain, part: Bools) -> float:
    """By how much clusters widen the interval of what a part saves more than all others."""
    influence = np.where(part, (gain.saved - gain.saved[part].mean()) / part.sum(), 0.0)
    influence = np.where(part, influence, -(gain.saved - gain.saved[~part].mean()) / (~part).sum())
    return cluster_inflation(influence, gain.clusters)


def _belonging(clusters: Sequence[tuple[str, ...]], names: Sequence[str]) -> Any:
    """Return which of k clusters each of n examples is in, as a sparse array of shape (k, n)."""
    from scipy.sparse import csr_array  # needed only for a gain that may sit in few

    place = {name: number for number, name in enumerate(names)}
    pairs = [(place[name], column) for column, some in enumerate(clusters) for name in set(some)]
    rows, columns = (np.array(side, dtype=np.intp) for side in zip(*pairs, strict=True))
    return csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(names), len(clusters)))
