"""The gain of each snippet in a search, from the development answers that the search paid for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
"""Limits of the steps of a search: examples in common, snippets to order, examples to compare on."""


@dataclass(frozen=True)
class SearchSteps:
    """The steps from the incumbent to the candidate, on the `examples` development examples that all answered."""

    steps: tuple[Step, ...]
    examples: int


@dataclass(frozen=True)
class Order:
    """An order of adding snippets, and the places of the examples that every step of it answered."""

    keys: tuple[str, ...]
    common: frozenset[int]


def search_steps(session: Session, review: Review, rng: np.random.Generator) -> SearchSteps | None:
    """Return the steps on development examples, in an order of adding that many stored answers cover.

    None where the base is another one, which no search tries, where no order has `FEWEST` examples that every step
    answered, where there are more than `MOST_ADDED` snippets to order, or more than `MOST_EXAMPLES` examples to
    compare on. `rng` drives the bootstrap.
    """
    keys = added(review)
    search = _SearchAnswers(session, review)
    if review.incumbent.base != review.composition.base:
        return None
    if not 0 < len(keys) <= MOST_ADDED or len(search.examples) > MOST_EXAMPLES:
        return None
    order = best_order(keys, frozenset(search.answers(review.incumbent)), search.answered)
    if order is None:
        return None
    places = sorted(order.common)
    way = increments(review, order.keys)
    answers = [[search.answers(composition)[place] for place in places] for _, composition in way]
    examples = [search.examples[place] for place in places]
    return SearchSteps(scored_steps(review, way, examples, answers, rng), len(examples))


def best_order(
    keys: Sequence[str], start: frozenset[int], answered: Callable[[frozenset[str]], frozenset[int]]
) -> Order | None:
    """Return an order of adding all keys whose steps have many answered examples in common.

    `start` are the places of the examples that the composition before all steps answered; `answered` returns
    those that the composition with a set of the keys did. None where at least `FEWEST` in common are not
    found. It grows one key at a time and keeps, for each set of keys, the order with most in common so far:
    the best order for up to two keys, a good one for more, at a cost of 2 to the power of the keys.
    """
    nothing = frozenset[str]()
    best = {nothing: Order((), start & answered(nothing))}
    for _ in keys:
        longer: dict[frozenset[str], Order] = {}
        for included, order in best.items():
            for key in (key for key in keys if key not in included):
                grown = included | {key}
                common = order.common & answered(grown)
                if len(common) >= FEWEST and (grown not in longer or len(common) > len(longer[grown].common)):
                    longer[grown] = Order((*order.keys, key), common)
        best = longer
    return best.get(frozenset(keys))


class _SearchAnswers:
    """Stored answers to the development examples, by the place of the example, each composition read once."""

    def __init__(self, session: Session, review: Review) -> None:
        self.session = session
        self.review = review
        self.examples = examples_of(session, review.candidate.evidence.data.dataset, "dev")
        self._keys = added(review)
        self._known: dict[Composition, Mapping[int, Answer]] = {}

    def answers(self, composition: Composition) -> Mapping[int, Answer]:
        """Return the answers of a composition."""
        if composition not in self._known:
            self._known[composition] = self._read(composition)
        return self._known[composition]

    def answered(self, included: frozenset[str]) -> frozenset[int]:
        """Return the places of the examples that the composition with these additions answered."""
        keys = [key for key in self._keys if key in included]
        _, composition = increments(self.review, keys)[-1]
        return frozenset(self.answers(composition))

    def _read(self, composition: Composition) -> Mapping[int, Answer]:
        # A search asks few of its compositions about all examples: keys are worked out only for those it did.
        target = self.review.candidate.outcome.target_hash
        asked = answered_examples(self.session, target, composition.fingerprint)
        places = [place for place, example in enumerate(self.examples) if example.id in asked]
        question = Question(composition, tuple(self.examples[place] for place in places))
        found = answers_to(self.session, self.review, question)
        return {place: answer for place, answer in zip(places, found, strict=True) if answer is not None}
