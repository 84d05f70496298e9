"""The best set of snippets by local search, where every effect is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

RESTARTS = 10
POLISHED = 3
NEAREST = 60


def climb(
    effects: Floats,
    pairs: Floats,
    cluster: Numbers,
    *,
    barred: NDArray[np.bool_],
    again: float,
    most: int,
    starts: Sequence[Numbers],
    exact: Callable[[Numbers], float],
    rng: np.random.Generator,
) -> Numbers:
    """Return the best set found of at most `most` of N snippets, sorted.

    Steepest ascent over additions, drops and swaps of one snippet, from `starts`, the empty set and random
    sets, on the sum of `effects` (N,) averaged within each `cluster` (N,) less `again` for every repeat, and
    of `pairs` (N, N). The best few ends then go on by `exact`, the expected loss of a set, among those
    changes that the sum likes best. `barred` snippets are left out. A local search: what it returns is the
    best known, not proven the best there is.
    """
    usable = np.flatnonzero(~barred)
    alike = np.zeros((len(effects), len(effects)))
    alike[np.arange(len(effects)), cluster] = 1
    alone = len(np.unique(cluster)) == len(cluster)

    def rough(chosen: NDArray[np.bool_]) -> Floats:
        sets = chosen.astype(float)
        together = ((sets @ pairs) * sets).sum(axis=1) / 2 if pairs.any() else 0.0
        if alone:
            return np.asarray(sets @ effects + together)
        share = sets / np.maximum(sets @ alike, 1)[:, cluster]
        return np.asarray(share @ effects + together - again * (sets - share).sum(axis=1))

    begins = [
        *starts,
        usable[:0],
        *(rng.permutation(usable)[: rng.integers(1, most + 1)] for _ in range(RESTARTS)),
    ]
    ends: dict[tuple[int, ...], float] = {}
    for begin in begins:
        at = np.zeros(len(effects), dtype=bool)
        at[begin] = True
        value = float(rough(at[None])[0])
        while True:
            near = _near(at, usable, most)
            values = rough(near)
            best = int(values.argmax())
            if values[best] <= value + 1e-12:
                break
            at, value = near[best], float(values[best])
        ends[tuple(int(number) for number in np.flatnonzero(at))] = value
    finalists = sorted(ends, key=lambda numbers: (-ends[numbers], numbers))[:POLISHED]
    polished = [
        _polished(np.array(one, dtype=np.int64), len(effects), usable, most, rough, exact) for one in finalists
    ]
    return min(polished, key=lambda found: found[0])[1]


def _polished(
    begin: Numbers,
    n: int,
    usable: Numbers,
    most: int,
    rough: Callable[[NDArray[np.bool_]], Floats],
    exact: Callable[[Numbers], float],
) -> tuple[float, Numbers]:
    """Return the exact loss and the set at the end of an ascent by `exact`."""
    at, loss = begin, exact(begin)
    while True:
        now = np.zeros(n, dtype=bool)
        now[at] = True
        near = _near(now, usable, most)
        likely = np.argsort(-rough(near), kind="stable")[:NEAREST]
        losses = [exact(np.flatnonzero(near[one])) for one in likely]
        best = int(np.argmin(losses))
        if losses[best] >= loss - 1e-12:
            return loss, at
        at, loss = np.flatnonzero(near[likely[best]]), losses[best]


def _near(at: NDArray[np.bool_], usable: Numbers, most: int) -> NDArray[np.bool_]:
    """Return every set that differs by one addition, drop or swap; shape (sets, N)."""
    held, fresh = np.flatnonzero(at), usable[~at[usable]]
    out = np.concatenate([np.full(0 if len(held) >= most else 1, -1), held])
    # Rows: each of `out` (-1 drops nothing) with each of `fresh`, and each drop alone.
    gone = np.concatenate([np.repeat(out, len(fresh)), held])
    new = np.concatenate([np.tile(fresh, len(out)), np.full(len(held), -1)])
    near = np.repeat(at[None], len(gone), axis=0)
    rows = np.arange(len(gone))
    near[rows[gone >= 0], gone[gone >= 0]] = False
    near[rows[new >= 0], new[new >= 0]] = True
    return near
