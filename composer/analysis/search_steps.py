"""The steps of a search, from the answers it paid for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from composer.analysis.diagnoses import Question, Step, added, answers_to, increments, scored_steps
from composer.answers.store import answered_examples
from composer.models.answer import Answer
from composer.prompts.composition import Composition
from composer.registry.datasets import examples_of
from composer.review.status import Review

FEWEST, MOST_ADDED, MOST_EXAMPLES = 12, 6, 600
"""Limits of what a search tells of steps: examples in common, snippets to order, examples to compare on."""


@dataclass(frozen=True)
class SearchSteps:
    """The steps as the search tells them, on the development examples that all of them answered."""

    steps: tuple[Step, ...]
    examples: int


def search_steps(session: Session, review: Review, rng: np.random.Generator) -> SearchSteps | None:
    """Return the steps on development examples, in the order of adding that the stored answers know best.

    None where no order has `FEWEST` examples that every step answered, where there are more than `MOST_ADDED`
    snippets to order, or more than `MOST_EXAMPLES` examples to compare on.
    """
    keys = added(review)
    target = review.candidate.outcome.target_hash
    dev = examples_of(session, review.candidate.evidence.data.dataset, "dev")
    if not 0 < len(keys) <= MOST_ADDED or len(dev) > MOST_EXAMPLES:
        return None
    answered: dict[Composition, dict[int, Answer]] = {}

    def answers_of(composition: Composition) -> dict[int, Answer]:
        """The answers of a composition, by the place of the example."""
        if composition not in answered:
            # A search asks few of its compositions about all examples: only of those told are keys worked out.
            told = answered_examples(session, target, composition.fingerprint)
            places = [place for place, one in enumerate(dev) if one.id in told]
            some = answers_to(session, review, Question(composition, tuple(dev[place] for place in places)))
            answered[composition] = {
                place: one for place, one in zip(places, some, strict=True) if one is not None
            }
        return answered[composition]

    def known(included: frozenset[str]) -> frozenset[int]:
        """Which examples, by place, the composition with these additions answered."""
        return frozenset(answers_of(increments(review, [key for key in keys if key in included])[-1][1]))

    # Grown one snippet at a time, keeping for each set of additions the order that most examples answered.
    best: dict[frozenset[str], tuple[frozenset[int], tuple[str, ...]]] = {
        frozenset(): (known(frozenset()) & frozenset(answers_of(increments(review)[0][1])), ())
    }
    for _ in keys:
        longer: dict[frozenset[str], tuple[frozenset[int], tuple[str, ...]]] = {}
        for included, (common, order) in best.items():
            for key in keys:
                grown = included | {key}
                if key in included:
                    continue
                both = common & known(grown)
                if len(both) >= FEWEST and len(both) > len(longer.get(grown, (frozenset(), ()))[0]):
                    longer[grown] = (both, (*order, key))
        best = longer
    if not best:
        return None
    common, order = best[frozenset(keys)]
    places = sorted(common)
    examples = [dev[place] for place in places]
    way = increments(review, order)
    answers = [[answers_of(composition)[place] for place in places] for _, composition in way]
    return SearchSteps(scored_steps(review, way, examples, answers, rng), len(examples))
