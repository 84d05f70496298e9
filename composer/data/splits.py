"""Which example goes into which split: by cluster, stratified, and the same on every machine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from composer.data.additions import FREE, Indices, assign_more, blocks
from composer.data.examples import Example, Record
from composer.task.task import Task

Drawn = Literal["now", "before"]

# The search for better swaps ends after so many trials (a few seconds), with the best found until then.
MAX_TRIALS = 50_000
# Records that share clusters, directly or through others, are assigned as one block up to this share of all.
LARGEST_BLOCK = 0.1


def stratum(task: Task, gold: float | str) -> int:
    """Stratum of a gold value, from 0: between the task's cut points, or the position of its label."""
    if isinstance(gold, str):
        return task.output.labels.index(gold)
    return bisect_right(task.data.strata, gold)


def strata_of(task: Task, examples: Iterable[Example]) -> dict[str, str]:
    """Map each example's id to the name of its stratum."""
    return {example.id: str(stratum(task, example.gold)) for example in examples}


def strata_count(task: Task) -> int:
    """How many strata the task's gold values fall into."""
    return len(task.output.labels) if task.output.kind == "label" else len(task.data.strata) + 1


def assign(
    records: Sequence[Record],
    strata: Sequence[int],
    shares: Sequence[float],
    rng: np.random.Generator,
    fixed: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Give every cluster one split, as its position in `shares` (which make 1 together).

    `strata` holds the stratum of each record, `fixed` the clusters that have a split already and keep it. Where
    shared clusters connect only a few records at a time, such blocks are assigned whole, stratum by stratum, and
    no record falls between splits. Where they connect many (pairs of a few documents), clusters are shuffled
    into splits of the wanted sizes and swapped while that keeps more records of the rarer strata; a record with
    clusters in different splits has none.
    """
    names = sorted({cluster for record in records for cluster in record.clusters})
    place = {name: number for number, name in enumerate(names)}
    members = _members(records, place)
    block = blocks(members, len(names))
    sizes = np.bincount(block[members[:, 0]])
    held = np.array([fixed.get(name, FREE) if fixed else FREE for name in names], dtype=np.int64)
    single = all(len(set(record.clusters)) == 1 for record in records)
    if single or sizes.max() <= LARGEST_BLOCK * len(records):
        if fixed:
            found = assign_more(members, np.asarray(strata), held, shares, rng)
            return {name: int(found[number]) for name, number in place.items()}
        split_of_block = _assign_blocks(block[members[:, 0]], np.asarray(strata), shares, rng)
        return {name: split_of_block[block[number]] for name, number in place.items()}
    found = _swap(members, np.asarray(strata), held, shares, rng)
    return {name: int(found[number]) for name, number in place.items()}


def split_of(record: Record, assigned: Mapping[str, int]) -> int | None:
    """Split of a record by its clusters, or None where these lie in different ones."""
    found = {assigned[cluster] for cluster in record.clusters}
    return found.pop() if len(found) == 1 else None


def sample(
    records: Sequence[Record],
    strata: Sequence[int],
    count: int,
    wanted: int,
    rng: np.random.Generator,
    drawn: Mapping[str, Drawn | None] | None = None,
) -> list[int]:
    """Draw `wanted` of the records evenly over `count` strata, as rising positions.

    A stratum that has too few gives all it has, and no other makes up for it. Records that must not regress, and
    those that are drawn now by their ids in `drawn`, are always drawn, and first; then those drawn before.
    """
    known = [(drawn or {}).get(record.id) for record in records]
    always = [one == "now" or record.must_not_regress for one, record in zip(known, records, strict=True)]
    chosen: list[int] = []
    each, over = divmod(wanted, count)
    for number in range(count):
        held = [position for position, own in enumerate(strata) if own == number]
        order = [held[pick] for pick in rng.permutation(len(held))]
        order.sort(key=lambda position: (not always[position], known[position] is None))
        forced = sum(always[position] for position in held)
        chosen += order[: max(each + (number < over), forced)]
    return sorted(chosen)


def largest_remainder(total: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers that make `total` together, each as near to its share as that allows."""
    exact = [share * total for share in shares]
    sizes = [int(value + 1e-9) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda number: (sizes[number] - exact[number], number))
    for number in by_remainder[: total - sum(sizes)]:
        sizes[number] += 1
    return sizes


def _sizes(total: int, lacks: Indices, shares: Sequence[float]) -> list[int]:
    """Whole numbers that make `total`, in proportion to what each split lacks; to the shares where none does."""
    lacking = int(lacks.sum())
    if lacking == total:
        return [int(lack) for lack in lacks]
    return largest_remainder(total, [lack / lacking for lack in lacks] if lacking else shares)


def _members(records: Sequence[Record], place: Mapping[str, int]) -> Indices:
    """Clusters of each record as numbers, a row a record, short rows filled up with their first cluster."""
    width = max(len(record.clusters) for record in records)
    rows = [[place[cluster] for cluster in record.clusters] for record in records]
    return np.array([row + row[:1] * (width - len(row)) for row in rows], dtype=np.int64)


def _assign_blocks(
    blocks: Indices, strata: Indices, shares: Sequence[float], rng: np.random.Generator
) -> list[int]:
    """Assign blocks, stratum by stratum in random order, each to the split that lacks most of its share.

    The lack is carried on from stratum to stratum, so each stratum and the whole come near the wanted shares.
    """
    held = np.zeros((int(blocks.max()) + 1, int(strata.max()) + 1), dtype=np.int64)
    np.add.at(held, (blocks, strata), 1)
    majority = held.argmax(axis=1)
    sizes = held.sum(axis=1)
    split = [0] * len(sizes)
    has = [0] * len(shares)
    assigned = 0
    for number in range(held.shape[1]):
        for block in rng.permutation(np.flatnonzero(majority == number)):
            assigned += int(sizes[block])
            lacks = [share * assigned - own for share, own in zip(shares, has, strict=True)]
            split[block] = lacks.index(max(lacks))
            has[split[block]] += int(sizes[block])
    return split


def _swap(
    members: Indices, strata: Indices, held: Indices, shares: Sequence[float], rng: np.random.Generator
) -> Indices:
    """Shuffle clusters into splits of the wanted sizes, then swap pairs while the records kept get better.

    `held` has the split of each cluster that keeps it, and `FREE` for those that are assigned.
    """
    clusters, split = len(held), held.copy()
    free = np.flatnonzero(held == FREE)
    wanted = np.array(largest_remainder(clusters, shares))
    lacks = np.maximum(wanted - np.bincount(held[held != FREE], minlength=len(shares)), 0)
    assigned = np.repeat(np.arange(len(shares)), _sizes(len(free), lacks, shares))
    rng.shuffle(assigned)
    split[free] = assigned
    width = int(strata.max()) + 1
    touched = [np.flatnonzero((members == cluster).any(axis=1)) for cluster in range(clusters)]
    weights = np.asarray(shares)

    def kept(rows: Indices) -> Indices:
        """Records among `rows` that lie in one split, counted by split and stratum."""
        own = split[members[rows]]
        whole = (own == own[:, :1]).all(axis=1)
        flat = np.bincount(own[whole, 0] * width + strata[rows][whole], minlength=len(shares) * width)
        return flat.reshape(len(shares), width)

    def worth(counts: Indices) -> float:
        # The logarithm makes a record of a rare stratum count for more than one of a common stratum.
        return float((weights * np.log1p(counts).sum(axis=1)).sum())

    counts = kept(np.arange(len(members)))
    best = worth(counts)
    trials, improved = 0, True
    while improved and trials < MAX_TRIALS:
        improved = False
        for place, a in enumerate(free):
            for b in free[place + 1 :]:
                if split[a] == split[b] or trials >= MAX_TRIALS:
                    continue
                trials += 1
                # A record of both is in no split before or after, so counting it twice changes nothing.
                rows = np.concatenate([touched[a], touched[b]])
                before = kept(rows)
                split[a], split[b] = split[b], split[a]
                after = counts - before + kept(rows)
                # The margin is wider than any rounding, so that every machine takes the same swaps.
                if (value := worth(after)) > best + 1e-12:
                    counts, best, improved = after, value, True
                else:
                    split[a], split[b] = split[b], split[a]
    return split
