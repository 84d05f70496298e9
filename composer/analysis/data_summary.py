"""A task's data as a whole: how many examples each split has, and how well the people agree who rated them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from composer.analysis.people import SEED, ratings_of
from composer.data.examples import Example
from composer.evaluation.raters import Agreement, agreement
from composer.registry.datasets import current_dataset
from composer.task.task import SPLITS, Output, SplitName, Task

MOST = 10
"""How many of the examples that people differ on most are named."""


@dataclass(frozen=True)
class DataSummary:
    """What a task's data hold. `people` is None where no example has two ratings; its intervals are over examples.

    `sizes` counts the examples of each split, `slices` those of each slice; `unlike` are the examples that people
    differ on most, with the spread of their ratings.
    """

    sizes: Mapping[SplitName, int]
    slices: Mapping[str, int]
    ratings: int
    people: Agreement | None
    unlike: tuple[tuple[Example, float], ...]


def summary_of(session: Session, task: Task) -> DataSummary:
    """Return what a task's current data hold; raises `Refused` where it has none."""
    return summarised(current_dataset(session, task.name).examples, task.output)


def summarised(examples: Sequence[Example], output: Output) -> DataSummary:
    """Return what these examples of a task with this output hold."""
    splits = Counter(example.split for example in examples)
    ratings = ratings_of(examples, output)
    several = bool((ratings.each > 1).any())
    people = agreement(ratings, output, np.random.default_rng(SEED)) if several else None
    unlike: tuple[tuple[Example, float], ...] = ()
    if people is not None:
        order = np.argsort(-np.nan_to_num(people.spread), kind="stable")[:MOST]
        unlike = tuple(
            (examples[place], float(people.spread[place])) for place in order if people.spread[place] > 0
        )
    return DataSummary(
        sizes={split: splits[split] for split in SPLITS},
        slices=dict(Counter(example.slice for example in examples if example.slice)),
        ratings=len(ratings.value),
        people=people,
        unlike=unlike,
    )
