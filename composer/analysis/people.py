"""A candidate beside people: how well they agree on its examples, and how far its prompts are from one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from sqlmodel import Session

from composer.analysis.examples import rows_of
from composer.data.examples import Example
from composer.evaluation.caveats import Constant, best_constant
from composer.evaluation.distribution import range_in_words, within
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.evaluation.metrics import as_number
from composer.evaluation.outcomes import Difference, Row
from composer.evaluation.raters import Agreement, Ratings, agreement, in_reach
from composer.registry.datasets import examples_named, has_ratings
from composer.review.status import Review
from composer.task.task import Output

SEED = 0
"""Of the resamples of agreement's intervals: the same page shows the same figures each time."""


@dataclass(frozen=True)
class Within:
    """Whether both answers to an example lie within the range of people's ratings."""

    before: bool
    after: bool
    ratings: Mapping[str, float | str]

    @property
    def people(self) -> str:
        """The range of people's ratings, in words."""
        return range_in_words(self.ratings)


@dataclass(frozen=True)
class BesidePeople:
    """What single ratings of a candidate's test examples show.

    `floor` is the best constant answer. `incumbent` and `candidate` are how much of the way from it (0) to one
    more person (1) each prompt has come, None where a figure is missing. `within` has each example that two people
    or more rated, by id: whether the answers lie within the range of their ratings.
    """

    metric: str
    agreement: Agreement
    floor: Constant
    incumbent: float | None
    candidate: float | None
    within: Mapping[str, Within]

    @property
    def total(self) -> int:
        """How many examples two people or more rated."""
        return len(self.within)

    @property
    def inside(self) -> tuple[int, int]:
        """How many answers of the incumbent, and of the candidate, lie within the range of people's ratings."""
        found = self.within.values()
        return sum(one.before for one in found), sum(one.after for one in found)

    @property
    def outside(self) -> tuple[str, ...]:
        """The examples whose answer by the candidate lies outside the range of people's ratings, by id."""
        return tuple(name for name, one in self.within.items() if not one.after)

    def as_json(self) -> dict[str, Any]:
        """Return the figures for a script: those with an interval as `[figure, low, high]`."""
        alpha, ceiling = self.agreement.alpha, self.agreement.ceiling
        return {
            "alpha": [alpha.value, alpha.low, alpha.high],
            "one_more_person": [ceiling.value, ceiling.low, ceiling.high],
            "best_constant": self.floor.figure,
            "way": {"incumbent": self.incumbent, "candidate": self.candidate},
            "inside": {"incumbent": self.inside[0], "candidate": self.inside[1], "of": self.total},
            "outside": list(self.outside),
        }

    @property
    def person(self) -> str:
        """What one more person would score, with its interval, in words."""
        ceiling, alpha = self.agreement.ceiling, self.agreement.alpha
        bounds = bracketed(*(figure(self.metric, end) for end in (ceiling.low, ceiling.high)))
        agreed = bracketed(*(f"{end:.2f}" for end in (alpha.low, alpha.high)))
        return (
            f"one more person, compared with the others, would come to {NAMES[self.metric]} "
            f"{figure(self.metric, ceiling.value)} {bounds}; Krippendorff's alpha {alpha.value:.2f} {agreed}"
        )

    @property
    def shares(self) -> tuple[str, str]:
        """How much of the way the incumbent and the candidate have come, as percentages; a dash where unknown."""
        both = (self.incumbent, self.candidate)
        before, after = ("—" if one is None else f"{one:.0%}".replace("-", "−") for one in both)
        return before, after

    @property
    def way(self) -> str:
        """How far both prompts have come from the best constant to one more person, in words."""
        before, after = self.shares
        return (
            f"from always “{self.floor.answer}” ({figure(self.metric, self.floor.figure)}, 0%) to one more person "
            f"(100%) the incumbent has come {before}, the candidate {after}; within the range of people's "
            f"ratings: {self.inside[0]:,} of {self.total:,} answers before, {self.inside[1]:,} after"
        )


def beside_people(session: Session, review: Review) -> BesidePeople | None:
    """Return a candidate beside the people who rated its test examples; None where no two rated the same."""
    candidate = review.candidate
    dataset = candidate.evidence.data.dataset
    if not has_ratings(session, dataset):
        return None
    rows = {row.example_id: row for row in rows_of(session, review)}
    examples = examples_named(session, dataset, list(rows))
    if not any(len(one.ratings) > 1 for one in examples):
        return None
    return compared(candidate.figures[0], review.task.output, [rows[one.id] for one in examples], examples)


def ratings_of(examples: Sequence[Example], output: Output) -> Ratings:
    """Return the single ratings of examples; labels by their place in the task's list."""
    given = [example.ratings for example in examples]
    raters = sorted(set(chain.from_iterable(given)))
    place = {rater: number for number, rater in enumerate(raters)}
    values = chain.from_iterable(one.values() for one in given)
    return Ratings(
        np.repeat(np.arange(len(given)), np.array([len(one) for one in given], dtype=np.intp)),
        np.fromiter(map(place.__getitem__, chain.from_iterable(given)), dtype=np.intp),
        np.fromiter((as_number(output, value) for value in values), dtype=float),
        tuple(raters),
        tuple(example.clusters for example in examples),
    )


def compared(metric: Difference, output: Output, rows: Sequence[Row], examples: Sequence[Example]) -> BesidePeople:
    """Return both prompts beside people; `rows` are of these examples, in their order."""
    ratings = ratings_of(examples, output)
    found = agreement(ratings, output, np.random.default_rng(SEED))
    floor = best_constant(output, rows)
    before, after = (
        within(ratings, np.array([as_number(output, value) for value in values]), output)
        for values in ([row.incumbent_value for row in rows], [row.candidate_value for row in rows])
    )
    inside = {
        example.id: Within(earlier, later, example.ratings)
        for example, earlier, later in zip(examples, before.tolist(), after.tolist(), strict=True)
        if len(example.ratings) > 1
    }
    incumbent, candidate = (
        None if one is None else in_reach(one, floor.figure, found.ceiling.value)
        for one in (metric.incumbent, metric.candidate)
    )
    return BesidePeople(metric.name, found, floor, incumbent, candidate, inside)
