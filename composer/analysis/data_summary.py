"""A task's data as a whole: its splits and slices, how well the people agree, and how good any answer could be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from composer.analysis.people import SEED, ratings_of
from composer.data.examples import Example
from composer.evaluation.caveats import Constant, best_constant_of
from composer.evaluation.coefficients import coefficients
from composer.evaluation.distribution import Counts, counted
from composer.evaluation.figures import Bools, Floats
from composer.evaluation.raters import Agreement, Estimate, RaterLoss, Ratings, agreement
from composer.task.task import SPLITS, Output, SplitName

MOST = 10
"""How many of the examples that people differ on most are named."""
BARS = 12
"""Bars of the histogram of spreads."""


@dataclass(frozen=True)
class Part:
    """Some of a task's examples: how many each split has, and how good an answer could be on them.

    `floor` is the best constant answer. `alpha` and `ceiling` are as in `Agreement`, None where no example has two
    ratings.
    """

    name: str
    sizes: Mapping[SplitName, int]
    floor: Constant
    alpha: Estimate | None
    ceiling: Estimate | None

    @property
    def total(self) -> int:
        """How many examples it has."""
        return sum(self.sizes.values())


@dataclass(frozen=True)
class Disputed:
    """An example that people differ on: the spread of its ratings, and how often each was given."""

    id: str
    spread: float
    given: Counts


@dataclass(frozen=True)
class Spread:
    """How far people are apart on an example: the median, what nine in ten stay below, and a histogram.

    The bars are equally wide, from 0 to `top`. In units of the scale; for labels, the share that isn't the
    majority's.
    """

    median: float
    ninth: float
    top: float
    bars: tuple[int, ...]


@dataclass(frozen=True)
class DataSummary:
    """What a task's data hold.

    `whole` is of all examples, `test` of the sealed split alone (None where it is empty); each slice has a part.
    `golds` counts the labels, means of ratings rounded. The rest is of single ratings, and empty (`spread` None)
    where no example has two. `coefficients` are the measures of agreement by name, the alpha that goes with the
    task's metric first; `raters` begins with those most at odds with the others; people differ most on `unlike`.
    """

    whole: Part
    test: Part | None
    slices: tuple[Part, ...]
    golds: Counts
    ratings: int
    several: int
    coefficients: Mapping[str, Estimate]
    raters: tuple[RaterLoss, ...]
    spread: Spread | None
    unlike: tuple[Disputed, ...]

    @property
    def at_odds(self) -> tuple[RaterLoss, ...]:
        """The people who are at odds with all others."""
        return tuple(one for one in self.raters if one.at_odds)


def summarised(examples: Sequence[Example], output: Output) -> DataSummary:
    """Return what these examples of a task with this output hold, at least one."""
    ratings = ratings_of(examples, output)
    people = _agreement(ratings, output)
    sealed = np.array([one.split == "test" for one in examples])
    slices = np.array([one.slice for one in examples])

    def of(name: str, kept: Bools) -> Part:
        return _of_some(name, kept, examples, ratings, output)

    return DataSummary(
        whole=_part("all", examples, output, people),
        test=of("test", sealed) if sealed.any() else None,
        slices=tuple(of(name, slices == name) for name in sorted({one.slice for one in examples if one.slice})),
        golds=counted([one.gold for one in examples], output),
        ratings=len(ratings.value),
        several=0 if people is None else people.several,
        coefficients={} if people is None else coefficients(ratings, output, np.random.default_rng(SEED)),
        raters=() if people is None else people.raters,
        spread=None if people is None else _spread(people.spread),
        unlike=() if people is None else _unlike(examples, people.spread, output),
    )


def _agreement(ratings: Ratings, output: Output) -> Agreement | None:
    return agreement(ratings, output, np.random.default_rng(SEED)) if (ratings.each > 1).any() else None


def _of_some(name: str, kept: Bools, examples: Sequence[Example], ratings: Ratings, output: Output) -> Part:
    some = [one for one, keep in zip(examples, kept, strict=True) if keep]
    return _part(name, some, output, _agreement(ratings.of(kept), output))


def _part(name: str, examples: Sequence[Example], output: Output, people: Agreement | None) -> Part:
    splits = Counter(example.split for example in examples)
    return Part(
        name=name,
        sizes={split: splits[split] for split in SPLITS},
        floor=best_constant_of(output, [one.gold for one in examples]),
        alpha=None if people is None else people.alpha,
        ceiling=None if people is None else people.ceiling,
    )


def _spread(spread: Floats) -> Spread:
    known = spread[~np.isnan(spread)]
    top = float(known.max())
    bars, _ = np.histogram(known, bins=BARS, range=(0.0, top or 1.0))
    median, ninth = np.quantile(known, [0.5, 0.9])
    return Spread(float(median), float(ninth), top, tuple(map(int, bars)))


def _unlike(examples: Sequence[Example], spread: Floats, output: Output) -> tuple[Disputed, ...]:
    order = np.argsort(-np.nan_to_num(spread), kind="stable")[:MOST]
    return tuple(
        Disputed(examples[place].id, float(spread[place]), counted(list(examples[place].ratings.values()), output))
        for place in order
        if spread[place] > 0
    )
