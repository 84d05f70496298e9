"""Records as read, and examples: records that have a split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from composer.task.task import SPLITS, SplitName
from library.canonical import digest

_WHERE_ANY = ("ratings", "extras")


@dataclass(frozen=True)
class Record:
    """One labelled item of a source, before it has a split.

    `gold` is a rating on the task's scale (a mean may lie between whole numbers) or a label; `clusters` names
    what it may share with other records, such as its documents, at least one; `explanation` is what a person
    wrote about the gold. `ratings` are what single people gave, by their names; empty where only the gold is
    known. `extras` are the values of columns that have no meaning here, as text by column, where there are any.
    """

    id: str
    inputs: Mapping[str, str]
    gold: float | str
    clusters: tuple[str, ...]
    explanation: str = ""
    slice: str = ""
    must_not_regress: bool = False
    ratings: Mapping[str, float | str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unlabelled:
    """One item of a source that nobody has labelled yet; fields as in `Record`."""

    id: str
    inputs: Mapping[str, str]
    clusters: tuple[str, ...]
    explanation: str = ""
    slice: str = ""
    must_not_regress: bool = False
    extras: Mapping[str, str] = field(default_factory=dict)

    def labelled(self, gold: float | str, ratings: Mapping[str, float | str]) -> Record:
        """Return it with a label, and with the single ratings that the label comes from, if any."""
        return Record(gold=gold, ratings=ratings, **vars(self))


@dataclass(frozen=True)
class Example:
    """One labelled item of a task in its split; fields as in `Record`."""

    id: str
    inputs: Mapping[str, str]
    gold: float | str
    split: SplitName
    clusters: tuple[str, ...]
    explanation: str = ""
    slice: str = ""
    must_not_regress: bool = False
    ratings: Mapping[str, float | str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """The example as it is stored: values of JSON by field; single ratings and extras where there are any."""
        found = {**vars(self), "inputs": dict(self.inputs), "clusters": list(self.clusters)}
        return {name: value for name, value in found.items() if value or name not in _WHERE_ANY}

    @property
    def record(self) -> Record:
        """It as it was before it had a split."""
        return Record(**{name: value for name, value in vars(self).items() if name != "split"})

    @property
    def characters(self) -> int:
        """Length of its inputs together."""
        return sum(map(len, self.inputs.values()))


def in_order(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Sort by split, then by clusters, so that examples that share their first document are neighbours."""
    return tuple(sorted(examples, key=lambda one: (SPLITS.index(one.split), one.clusters, one.id)))


def dataset_hash(examples: Iterable[Example]) -> str:
    """Identity of a dataset with its splits, sha256 in hex; the same in whatever order the examples come."""
    return digest(
        [
            {
                "id": one.id,
                "inputs": dict(one.inputs),
                "gold": one.gold,
                "split": one.split,
                "clusters": list(one.clusters),
                "explanation": one.explanation,
                "slice": one.slice,
                "must_not_regress": one.must_not_regress,
                # Data without any keep the hash they had before there were such fields.
                **{name: dict(getattr(one, name)) for name in _WHERE_ANY if getattr(one, name)},
            }
            for one in sorted(examples, key=lambda one: one.id)
        ]
    )


@dataclass(frozen=True)
class Moved:
    """An example whose cluster now joins several splits: it `was` in one, and is `now` in another, or in none."""

    id: str
    clusters: tuple[str, ...]
    was: SplitName
    now: SplitName | None


@dataclass(frozen=True)
class Dataset:
    """The examples of a task, in order, and how many records are not among them.

    `left_out` counts records whose clusters lie in different splits, `not_sampled` those that were in a split
    but not drawn from it. `moved` are the examples that could not keep the split they had.
    """

    examples: tuple[Example, ...]
    left_out: int = 0
    not_sampled: int = 0
    moved: tuple[Moved, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Identity of examples and splits, sha256 in hex."""
        return dataset_hash(self.examples)

    @property
    def summary(self) -> str:
        """One line for a reader: how many examples each split holds, and how many records none."""
        sizes = Counter(example.split for example in self.examples)
        held = ", ".join(f"{name} {sizes[name]}" for name in SPLITS)
        return f"{held}; left out between splits {self.left_out}; not sampled {self.not_sampled}"

    @property
    def moves(self) -> tuple[str, ...]:
        """What could not keep its split, a sentence for each way: how many examples, such as which, and why."""
        ways: dict[tuple[str, str | None], list[Moved]] = {}
        for one in self.moved:
            ways.setdefault((one.was, one.now), []).append(one)
        return tuple(_way(was, now, those) for (was, now), those in ways.items())


def _way(was: str, now: str | None, those: list[Moved]) -> str:
    one, many = those[0], len(those)
    which = f"{one.id} (cluster {', '.join(one.clusters)})"
    examples = f"{which} goes" if many == 1 else f"{many:,} examples, such as {which}, go"
    if now is None:
        return f"{examples} from {was} out of the data: the clusters lie in different splits now"
    return f"{examples} from {was} to {now}: the cluster joins both now, and in {now} it spoils no test"
