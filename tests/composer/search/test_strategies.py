"""Every strategy keeps within budget and rules, repeats itself, and finds what is plainly there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.optimizer.gepa import gepa
from composer.optimizer.mipro import mipro
from composer.optimizer.strategies import STRATEGIES, Strategy, strategy_of
from composer.search.halving import halving
from composer.search.problem import Step
from composer.search.random import random
from composer.search.tpe import tpe
from library.errors import Refused
from tests.composer.search.worlds import EXAMPLES, KEYS, World, found, problem, rules

GROWING = {name: strategy for name, strategy in STRATEGIES.items() if name != "prune"}

MEASURING = {name: strategy for name, strategy in STRATEGIES.items() if name != "effects"}

each = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
each_that_reports_what_it_measured = pytest.mark.parametrize("strategy", MEASURING.values(), ids=MEASURING)
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


@each_that_reports_what_it_measured
def test_what_it_reports_of_its_steps_is_what_it_asked(strategy: Strategy) -> None:
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


def test_an_unknown_strategy_is_an_error() -> None:
    with pytest.raises(Refused, match="guess") as refused:
        strategy_of("guess")
    assert all(name in refused.value.fix for name in STRATEGIES)
