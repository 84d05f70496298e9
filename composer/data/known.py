"""The splits that a task's examples have already: what was assigned once stays there, whatever data come later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from composer.data.examples import Example, Record
from composer.data.splits import Drawn
from composer.task.task import SPLITS

Inputs = tuple[tuple[str, str], ...]
"""The inputs of an example, by name and in the order of the names."""


@dataclass(frozen=True)
class Assigned:
    """The splits of some examples, as positions in `SPLITS`: by id, by the inputs, by cluster.

    `names` has the id of the example that has these inputs, the first of several.
    """

    ids: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[Inputs, int] = field(default_factory=dict)
    clusters: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[Inputs, str] = field(default_factory=dict)

    def votes(self, record: Record) -> set[int]:
        """Return the splits that a record has by itself, its clusters aside: empty for a new one."""
        found = (self.ids.get(record.id), self.inputs.get(_content(record.inputs)))
        return {one for one in found if one is not None}

    def among(self, brought: Container[str]) -> Assigned:
        """Return the same without the inputs of examples whose ids are `brought` again."""
        inputs = {content: split for content, split in self.inputs.items() if self.names[content] not in brought}
        return replace(self, inputs=inputs)


@dataclass(frozen=True)
class KnownSplits:
    """What is known of a task's splits: of the `current` data, and of what was among its data `earlier`.

    Where the two differ, as in homes in which data were assigned again at each import, the current ones count.
    """

    current: Assigned = Assigned()
    earlier: Assigned = Assigned()

    def among(self, brought: Iterable[str]) -> KnownSplits:
        """Return what is known of records with such ids where a text that is there twice is one record each."""
        ids = frozenset(brought)
        return KnownSplits(self.current.among(ids), self.earlier.among(ids))

    def of_record(self, record: Record) -> int | None:
        """Return the split in which a record was, by its position in `SPLITS`; None for a new one."""
        for assigned in (self.current, self.earlier):
            if votes := assigned.votes(record):
                return min(votes)
        return None

    def was_drawn(self, record: Record, split: int) -> Drawn | None:
        """Return whether a record is an example of a split `now`, was one only `before`, or neither: None."""
        if split in self.current.votes(record):
            return "now"
        return "before" if split in self.earlier.votes(record) else None

    def of_clusters(self, records: Iterable[Record]) -> dict[str, int]:
        """Return the splits of the records' clusters that have one, by their positions in `SPLITS`.

        A cluster that now joins several goes to the first of them: nobody tunes on what is left in the test split,
        while an example that was tuned on would spoil it.
        """
        by_cluster: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            for cluster in record.clusters:
                by_cluster[cluster].append(record)
        found = {cluster: self._of_cluster(cluster, own) for cluster, own in by_cluster.items()}
        return {cluster: split for cluster, split in found.items() if split is not None}

    def _of_cluster(self, cluster: str, records: Sequence[Record]) -> int | None:
        for assigned in (self.current, self.earlier):
            votes = set().union(*(assigned.votes(record) for record in records))
            if cluster in assigned.clusters:
                votes.add(assigned.clusters[cluster])
            if votes:
                return min(votes)
        return None


NOTHING_KNOWN = KnownSplits()


def known_splits(current: Iterable[Example], earlier: Iterable[Example]) -> KnownSplits:
    """Return what is known of a task's splits; of `earlier` examples of one id or cluster the first counts."""
    return KnownSplits(_assigned(current), _assigned(earlier))


def _assigned(examples: Iterable[Example]) -> Assigned:
    ids: dict[str, int] = {}
    inputs: dict[Inputs, int] = {}
    clusters: dict[str, int] = {}
    names: dict[Inputs, str] = {}
    for one in examples:
        split = SPLITS.index(one.split)
        ids.setdefault(one.id, split)
        inputs.setdefault(_content(one.inputs), split)
        names.setdefault(_content(one.inputs), one.id)
        for cluster in one.clusters:
            clusters.setdefault(cluster, split)
    return Assigned(ids, inputs, clusters, names)


def _content(inputs: Mapping[str, str]) -> Inputs:
    return tuple(sorted(inputs.items()))
