"""Assigning clusters to splits in which others are already, and stay."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Indices = npt.NDArray[np.int64]
FREE = -1
"""In place of the split of a cluster that has none yet."""


def assign_more(
    members: Indices, strata: Indices, held: Indices, shares: Sequence[float], rng: np.random.Generator
) -> Indices:
    """Return the split of every cluster: those that have one in `held` keep it, the others (`FREE`) are assigned.

    `members` are the clusters of each of n records as numbers, a row a record; `strata` has n numbers. What shares
    a record with a cluster that has a split joins it, and the rest goes, a block of linked clusters at a time,
    where shares and strata lack most.
    """
    split = held.copy()
    _join(members, split)
    block = blocks(members, len(split))
    own = block[members[:, 0]]
    free = np.array([bool((split[block == one] == FREE).all()) for one in range(int(block.max()) + 1)])
    width = int(strata.max()) + 1
    weights = np.asarray(shares)
    has = np.zeros((len(shares), width), dtype=np.int64)
    placed = split[members]
    whole = (placed != FREE).all(axis=1) & (placed == placed[:, :1]).all(axis=1)
    np.add.at(has, (placed[whole, 0], strata[whole]), 1)
    counts = np.zeros((len(free), width), dtype=np.int64)
    np.add.at(counts, (own, strata), 1)
    for number in range(width):
        for one in rng.permutation(np.flatnonzero(free & (counts.argmax(axis=1) == number))):
            after = has.sum(axis=0) + counts[one]
            lacks = weights * after.sum() - has.sum(axis=1) + weights * after[number] - has[:, number]
            to = int(lacks.argmax())
            split[block == one] = to
            has[to] += counts[one]
    return split


def blocks(members: Indices, clusters: int) -> Indices:
    """Connected block of each cluster: two clusters are in one block when a chain of records links them."""
    first = np.repeat(members[:, 0], members.shape[1])
    links = coo_array((np.ones(members.size), (first, members.ravel())), shape=(clusters, clusters))
    _, block = connected_components(links, directed=False)
    return cast(Indices, block.astype(np.int64))


def _join(members: Indices, split: Indices) -> None:
    """Give a split to each free cluster that shares records with clusters that have one: that of most of them."""
    near: dict[int, list[int]] = {}
    for row in members:
        for cluster in row:
            near.setdefault(int(cluster), []).extend(int(other) for other in row if other != cluster)
    waiting = deque(cluster for cluster in near if split[cluster] != FREE)
    while waiting:
        for cluster in near[waiting.popleft()]:
            if split[cluster] == FREE:
                votes = [int(split[other]) for other in near[cluster] if split[other] != FREE]
                split[cluster] = np.bincount(votes).argmax()
                waiting.append(cluster)
