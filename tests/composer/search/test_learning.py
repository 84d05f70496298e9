"""What a search by effects learns from its answers: the leader, and whom a format failure makes suspect."""

from __future__ import annotations

from composer.search.constraints import Rules
from composer.search.effect_model import Variances
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
