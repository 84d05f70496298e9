"""Every strategy keeps within budget and rules, repeats itself, and finds what is plainly there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.optimizer.gepa import gepa
from composer.optimizer.mipro import mipro
from composer.optimizer.strategies import STRATEGIES, Strategy, strategy_of
from composer.search.constraints import Rules
from composer.search.greedy import greedy
from composer.search.halving import cost, halving
from composer.search.problem import BudgetedScorer, BudgetSpent, Step
from composer.search.prune import prune
from composer.search.random import random
from composer.search.tpe import made_allowed, tpe
from library.errors import Refused
from tests.composer.search.worlds import EXAMPLES, KEYS, World, found, problem, rules

GROWING = {name: strategy for name, strategy in STRATEGIES.items() if name != "prune"}

MEASURING = {name: strategy for name, strategy in STRATEGIES.items() if name != "effects"}

each = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
each_that_tells_what_it_measured = pytest.mark.parametrize("strategy", MEASURING.values(), ids=MEASURING)
each_that_adds = pytest.mark.parametrize("strategy", GROWING.values(), ids=GROWING)


@each
@settings(max_examples=10, deadline=None)
@given(
    data=st.data(),
    budget=st.integers(1, 200),
    seed=st.integers(0, 2**32 - 1),
    incumbent=st.permutations(KEYS).flatmap(lambda keys: st.integers(0, 3).map(lambda size: tuple(keys[:size]))),
    size=st.integers(1, 40),
    ordered=st.booleans(),
)
def test_whatever_the_budget_it_is_never_exceeded_and_the_rules_are_kept(
    strategy: Strategy,
    data: st.DataObject,
    budget: int,
    seed: int,
    incumbent: tuple[str, ...],
    size: int,
    ordered: bool,
) -> None:
    if not ordered:
        incumbent = tuple(sorted(incumbent))
    world, steps = World(), list[Step]()
    asked = {
        "rules": data.draw(rules(incumbent)),
        "incumbent": incumbent,
        "examples": EXAMPLES[:size],
        "ordered": ordered,
        "tags": {"a": frozenset({"x"}), "b": frozenset({"x"})},
    }
    best = found(world, strategy, budget=budget, seed=seed, steps=steps, **asked)
    assert len(world.asked) == len(set(world.asked)) <= budget
    given_rules = problem(world, **asked)
    for keys in {best.keys, *(step.keys for step in steps), *(cell[0] for cell in world.asked)} - {incumbent}:
        assert given_rules.allows(keys), given_rules.rules.broken(keys)
    assert {example for _, example in world.asked} <= set(EXAMPLES[:size])
    assert all(step.cells <= budget for step in steps)


@each
def test_the_same_seed_ends_the_same_and_asks_the_same(strategy: Strategy) -> None:
    for seed in range(2):
        worlds = [World(), World()]
        ends = [found(world, strategy, seed=seed, incumbent=("d", "c")) for world in worlds]
        assert ends[0] == ends[1]
        assert worlds[0].asked == worlds[1].asked


@pytest.mark.parametrize("strategy", [random, halving, tpe, mipro, gepa])
def test_another_seed_draws_other_compositions(strategy: Strategy) -> None:
    worlds = [World(), World()]
    for seed, world in enumerate(worlds):
        found(world, strategy, seed=seed)
    assert worlds[0].asked != worlds[1].asked


@each
def test_a_budget_too_small_for_one_comparison_ends_at_the_incumbent_unasked(strategy: Strategy) -> None:
    world = World()
    best = found(world, strategy, budget=1, incumbent=("d",))
    assert (best.keys, best.tried, world.asked) == (("d",), 0, [])
    assert "budget" in best.stopped
    assert best.reason == "budget"


@each_that_adds
def test_when_every_snippet_harms_the_incumbent_stays(strategy: Strategy) -> None:
    world = World(dict.fromkeys(KEYS, 0.1))
    best = found(world, strategy)
    assert best.keys == ()
    assert best.gain == 0
    assert best.tried > 0


@each_that_adds
def test_it_finds_a_snippet_that_plainly_helps(strategy: Strategy) -> None:
    for seed in range(2):
        best = found(World({"c": -0.3}, noise=0.02), strategy, seed=seed, budget=800)
        assert "c" in best.keys
        assert best.gain == pytest.approx(0.3, abs=0.05)


@each_that_tells_what_it_measured
def test_what_it_tells_of_its_steps_is_what_it_asked(strategy: Strategy) -> None:
    world, steps = World(noise=0.0), list[Step]()
    best = found(world, strategy, steps=steps, incumbent=("d",))
    assert steps[-1].cells == len(world.asked)
    assert [step.cells for step in steps] == sorted(step.cells for step in steps)
    assert best.tried == len({step.keys for step in steps})
    for step in steps:
        assert step.gain == pytest.approx(world.loss(("d",), "e00") - world.loss(step.keys, "e00"))


@each_that_adds
def test_a_library_of_one_snippet_and_one_example_is_enough(strategy: Strategy) -> None:
    best = found(World({"a": -0.3}, noise=0.0), strategy, snippets=("a",), examples=("e00",))
    # A model of effects is not convinced by one example, and keeps what is in use.
    assert best.keys == (() if strategy is STRATEGIES["effects"] else ("a",))
    assert best.reason in ("exhausted", "settled")


@each
def test_an_outage_ends_the_search_and_is_no_wrong_answer(strategy: Strategy) -> None:
    class Down(World):
        def __call__(self, asked: object, /) -> list[object]:  # type: ignore[override]
            if len(self.asked) > 20:
                raise ConnectionError("the model can't be reached")
            return super().__call__(asked)  # type: ignore[arg-type, return-value]

    with pytest.raises(ConnectionError):
        found(Down(), strategy, incumbent=("b", "d", "c"))


def test_greedy_adds_what_helps_and_drops_what_harms() -> None:
    best = found(World(noise=0.02), greedy, budget=1500, incumbent=("c", "d"))
    assert {"a", "b"} <= set(best.keys)
    assert not {"c", "d"} & set(best.keys)


def test_greedy_asks_for_a_heat_at_once_and_for_no_more_than_fits() -> None:
    world = World(noise=0.02)
    found(world, greedy, budget=23)
    assert world.calls == 1
    assert len(world.asked) == 20


def test_from_noise_alone_greedy_promises_little() -> None:
    gains = [found(World({}, noise=0.2), greedy, seed=seed).gain for seed in range(10)]
    assert sum(gains) / len(gains) < 0.1


def test_greedy_swaps_where_no_snippet_may_be_added() -> None:
    best = found(World(noise=0.02), greedy, incumbent=("c", "d"), rules=Rules(max_length=2))
    assert "a" in best.keys


@given(arms=st.integers(1, 60), start=st.integers(1, 8), examples=st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_halving_knows_what_its_rungs_cost(arms: int, start: int, examples: int) -> None:
    alive, size, cells = arms, min(start, examples), set[tuple[int, int]]()
    while True:
        cells |= {(arm, example) for arm in range(-1, alive) for example in range(size)}
        if alive <= 2 or size == examples:
            break
        alive, size = (alive + 1) // 2, min(2 * size, examples)
    assert cost(arms, start, examples) == len(cells)


def test_halving_uses_most_of_its_budget_and_takes_more_examples_where_the_space_is_small() -> None:
    world = World()
    found(world, halving, budget=400)
    assert 300 < len(world.asked) <= 400
    small = World()
    found(small, halving, budget=400, snippets=("a", "b"), ordered=False)
    assert len({example for _, example in small.asked}) > 30


class TestPrune:
    def test_it_drops_what_harms_and_what_does_nothing_but_keeps_what_helps(self) -> None:
        best = found(World(noise=0), prune, budget=800, incumbent=("a", "c", "j"))
        assert best.keys == ("a",)
        assert best.gain == pytest.approx(0.2, abs=0.02)

    def test_an_incumbent_without_snippets_has_nothing_to_prune(self) -> None:
        best = found(World(), prune)
        assert (best.keys, best.reason, best.tried) == ((), "exhausted", 0)
        assert "nothing to prune" in best.stopped

    def test_what_must_stay_stays(self) -> None:
        kept = Rules(max_length=4, stay=frozenset({"c"}), requires={"a": frozenset({"d"})})
        assert found(World(noise=0.01), prune, incumbent=("a", "c", "d"), rules=kept, budget=800).keys == (
            "a",
            "c",
            "d",
        )


class TestTpe:
    def test_a_full_evaluation_shrinks_with_the_budget(self) -> None:
        world = World()
        found(world, tpe, budget=50)
        assert {example for _, example in world.asked} == set(EXAMPLES[:3])

    def test_minibatches_are_drawn_afresh_and_the_incumbent_is_evaluated_in_full_first(self) -> None:
        world = World()
        found(world, tpe, budget=800, incumbent=("d",))
        assert world.asked[:40] == [(("d",), example) for example in EXAMPLES]
        batches: dict[tuple[str, ...], set[str]] = {}
        for keys, example in world.asked[40:]:
            batches.setdefault(keys, set()).add(example)
        assert {len(batch) for batch in batches.values()} >= {35, 40}
        assert len({frozenset(batch) for batch in batches.values() if len(batch) == 35}) > 1

    def test_what_breaks_a_rule_is_mended(self) -> None:
        limits = Rules(
            max_length=3,
            requires={"a": frozenset({"b"})},
            conflicts={"a": frozenset({"c"})},
            last=frozenset({"a"}),
        )
        assert made_allowed(problem(World(), rules=limits), tuple("acdef")) == ("d", "b", "a")


def test_an_unknown_strategy_is_an_error() -> None:
    with pytest.raises(Refused, match="guess") as refused:
        strategy_of("guess")
    assert all(name in refused.value.fix for name in STRATEGIES)


class TestBudgeted:
    def test_it_pairs_with_the_incumbent_and_pays_for_both_once(self) -> None:
        world = World(noise=0.0)
        scorer = BudgetedScorer(problem(world, incumbent=("d",)), 100, lambda step: None)
        assert scorer.gain(("d", "a"), EXAMPLES[:4]) == pytest.approx([0.2] * 4)
        assert scorer.cells == 8
        scorer.gain(("d", "a"), EXAMPLES[:6])
        assert scorer.cells == 12
        assert len(world.asked) == 12

    def test_it_asks_nothing_when_not_all_of_it_fits(self) -> None:
        world = World()
        scorer = BudgetedScorer(problem(world), 7, lambda step: None)
        with pytest.raises(BudgetSpent):
            scorer.gain(("a",), EXAMPLES[:4])
        assert world.asked == []
        scorer.gain(("a",), EXAMPLES[:3])
        assert len(world.asked) == 6

    def test_several_compositions_are_one_call(self) -> None:
        world = World(noise=0.0)
        scorer = BudgetedScorer(problem(world), 100, lambda step: None)
        gains = scorer.gains([(("a",), EXAMPLES[:3]), (("b",), EXAMPLES[:5])])
        assert [len(gain) for gain in gains] == [3, 5]
        assert world.calls == 1
        assert scorer.cells == 13
