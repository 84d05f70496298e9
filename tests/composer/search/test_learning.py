"""What a search by effects learns from its answers: the leader, and whom a format failure makes suspect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.bench.catalogue import open_world
from composer.search.constraints import Rules
from composer.search.effect_model import Variances
from composer.search.effects import effects
from composer.search.learning import Learner
from composer.search.prior import Known, Prior, Source
from composer.search.problem import BudgetedScorer, Keys, Step
from tests.composer.search.worlds import EXAMPLES, World, problem


class Breaking(World):
    """A world in which every answer with `j` is malformed."""

    def loss(self, composition: Keys, example: str) -> float:
        return 1.0 if "j" in composition else super().loss(composition, example)


def learner(world: World, *asked: Keys, rules: Rules = Rules(max_length=4), caution: float = 0.5) -> Learner:
    scorer = BudgetedScorer(problem(world, rules=rules), 400, list[Step]().append)
    scorer.losses([(keys, EXAMPLES[:8]) for keys in ((), *asked)])
    return Learner(scorer, Variances(), caution)


def test_the_leader_is_what_plainly_gains_most_and_whoever_watches_gets_to_know() -> None:
    made, steps = learner(World(), ("a",), ("b",), ("c",)), list[Step]()
    made.scorer.on_step = steps.append
    model = made.fit()
    assert made.leader(model) == ("a",)
    assert [(step.keys, step.examples) for step in steps] == [(("a",), 8)]
    assert steps[0].gain > 0.1


def test_the_incumbent_leads_where_nothing_gains_and_nothing_is_reported() -> None:
    made, steps = learner(World(), ("c",), ("d",)), list[Step]()
    made.scorer.on_step = steps.append
    assert made.leader(made.fit()) == ()
    assert steps == []


def test_a_composition_that_breaks_a_rule_never_leads() -> None:
    rules = Rules(max_length=4, barred=frozenset({("a",)}))
    made = learner(World(), ("a",), ("b",), rules=rules)
    assert made.leader(made.fit()) == ("b",)


def test_more_caution_keeps_a_doubtful_gain_from_leading() -> None:
    noisy = World({"a": -0.25}, noise=0.2)
    for caution, leads in ((0.0, ("a",)), (0.5, ())):
        made = learner(noisy, ("a",), caution=caution)
        assert made.leader(made.fit()) == leads


def test_snippets_only_in_failing_compositions_are_suspects_and_out_of_the_problem() -> None:
    made = learner(Breaking(), ("a", "j"), ("b", "j"), ("b",))
    model = made.fit()
    assert made.suspects == {"a", "j"}
    assert not {"a", "j"} & set(made.problem.snippets)
    assert set(model.seen) == {(), ("b",)}
    made.scorer.losses([(("a",), EXAMPLES[:8])])
    made.fit()
    assert made.suspects == {"j"}
    assert "a" in made.problem.snippets


def test_a_prior_alone_makes_no_leader() -> None:
    prior = Prior({"c": Known(0.3, 0.0001, "")}, {"": 0.9}, 0.0025, (Source("old", 400),))
    promising = problem(World(), rules=Rules(max_length=4), prior=prior)
    scorer = BudgetedScorer(promising, 400, list[Step]().append)
    scorer.losses([((), EXAMPLES[:8]), (("c",), EXAMPLES[:8])])
    made = Learner(scorer, Variances(), 0.5)
    model = made.fit()
    assert made.leader(model) == ()
    assert made.trust is not None
    assert made.trust.chances[""] < 0.05


@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize(("sign", "low", "high"), [(1, 0.75, 1.0), (-1, 0.0, 0.1)])
def test_what_comes_true_is_trusted_though_few_answers_show_little_of_what_each_example_tells(
    sign: int, low: float, high: float, seed: int
) -> None:
    world = open_world("synthetic/carried-sparse-28-a/3")

    def gain(key: str) -> float:
        own = world.incumbent
        turned = tuple(other for other in world.snippets if (other in own) != (other == key))
        return world.gain(turned) * (-1 if key in own else 1)

    known = {key: Known(sign * gain(key), 0.0004, "") for key in world.snippets}
    prior = Prior(known, {"": 0.8}, 0.0025, (Source("old", 1600),))
    given = replace(world.problem(np.random.default_rng(seed)), prior=prior)
    scorer = BudgetedScorer(given, 200, list[Step]().append)
    effects(scorer, np.random.default_rng(seed))
    made = Learner(scorer, Variances(), 0.5, telling=True)
    made.fit()
    assert made.trust is not None
    assert low <= made.trust.chances[""] <= high
