"""What a search by effects asks next: what is best in samples of its model."""

from __future__ import annotations

import numpy as np

from composer.search.constraints import Rules
from composer.search.effect_model import Variances
from composer.search.example_blocks import ExampleBlocks
from composer.search.learning import Learner
from composer.search.problem import Ask, BudgetedScorer, Keys
from composer.search.stopping import StoppingRule
from composer.search.thompson import ThompsonProposals
from tests.composer.search.worlds import EXAMPLES, World, problem


class Proposing:
    """Proposals of a search that has asked for some compositions on some examples, of ten in play."""

    def __init__(
        self,
        *asked: Keys,
        examples: int = 8,
        at_once: int = 3,
        world: World | None = None,
        longest: int = 2,
        crowding: bool = True,
    ) -> None:
        asking = problem(world or World(), rules=Rules(max_length=longest))
        self.scorer = BudgetedScorer(asking, 400, lambda _step: None)
        self.scorer.losses([(keys, EXAMPLES[:examples]) for keys in ((), *asked)])
        self.stopping = StoppingRule(window=1, least=0.0)
        self.blocks = ExampleBlocks(self.scorer, 4, 10)
        rng = np.random.default_rng(0)
        self.proposals = ThompsonProposals(self.blocks, self.stopping, rng, at_once, crowding=crowding)

    def next(self, *, racing: bool = False) -> list[Ask]:
        learner = Learner(self.scorer, Variances(), 0.5)
        model = learner.fit()
        return self.proposals.next(learner.problem, model, learner.leader(model), racing=racing)


SINGLES = tuple((key,) for key in "abcd")


def test_it_proposes_several_allowed_compositions_each_on_examples_it_was_not_asked_on() -> None:
    search = Proposing(*SINGLES)
    asks = search.next()
    assert 1 < len(asks) <= 3
    assert len({keys for keys, _ in asks}) == len(asks)
    for keys, examples in asks:
        assert search.scorer.problem.allows(keys)
        assert examples
        assert not any((keys, example) in search.scorer.known for example in examples)


def test_what_helps_is_proposed_more_often_than_what_harms() -> None:
    proposed = [key for keys, _ in Proposing(*SINGLES, at_once=12).next() for key in keys]
    assert proposed.count("a") > proposed.count("c")


def test_shorter_ones_are_proposed_where_any_snippet_harms_and_that_is_minded() -> None:
    harming = World({"a": -0.05, "b": -0.03, **dict.fromkeys("cdefghij", 0.06)})
    long = [tuple("abcdefghij"[start : start + 4]) for start in range(7)]
    minded, not_minded = (
        np.mean([len(keys) for keys, _ in search.next()])
        for crowding in (True, False)
        for search in [Proposing(*long, at_once=12, world=harming, longest=4, crowding=crowding)]
    )
    assert minded < not_minded - 0.5


def test_a_race_stays_with_what_was_seen_but_for_what_the_mean_points_to() -> None:
    asks = Proposing(*SINGLES, at_once=8).next(racing=True)
    assert sum((keys not in ((), *SINGLES)) for keys, _ in asks) <= 1


def test_it_proposes_nothing_where_all_that_is_allowed_was_asked_on_every_example() -> None:
    search = Proposing(*SINGLES, examples=10)
    pairs = [(a, b) for a in "abcdefghij" for b in "abcdefghij" if a != b]
    everything = [(keys, EXAMPLES[:10]) for keys in [*((key,) for key in "abcdefghij"), *pairs]]
    search.scorer.budget = 4_000
    search.scorer.losses(everything)
    assert search.next() == []


def test_every_sample_is_taken_in_by_the_stopping_rule() -> None:
    search = Proposing(*SINGLES)
    assert search.stopping.reason(none_leads=False) is None
    search.next()
    search.stopping.least = 1.0
    assert search.stopping.reason(none_leads=False) == "settled"
