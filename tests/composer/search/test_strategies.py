"""Every strategy keeps within budget, length and groups, repeats itself, and finds what is plainly there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.search.problem import Budgeted, BudgetSpent, Found, Keys, Losses, Problem, Step
from composer.search.strategies import STRATEGIES, search

KEYS = tuple("abcdefghij")
EXAMPLES = tuple(f"e{number:02}" for number in range(40))
EFFECT = {"a": -0.2, "b": -0.1, "c": 0.2, "d": 0.1}


class World:
    """Additive effects on a loss, with noise that is the same whenever the same cell is asked."""

    def __init__(self, effect: Mapping[str, float] = EFFECT, noise: float = 0.05) -> None:
        self.effect, self.noise = effect, noise
        self.asked: list[tuple[Keys, str]] = []

    def __call__(self, composition: Keys, example_ids: Sequence[str], /) -> Losses:
        self.asked += [(composition, example) for example in example_ids]
        return np.array([self.loss(composition, example) for example in example_ids])

    def loss(self, composition: Keys, example: str) -> float:
        rng = np.random.default_rng([*example.encode(), *"".join(composition).encode(), 7])
        value = 0.5 + sum(self.effect.get(key, 0.0) for key in composition) + self.noise * rng.normal()
        return float(np.clip(value, 0, 1))


def problem(world: World, **changes: object) -> Problem:
    values: dict[str, object] = {
        "snippets": KEYS,
        "incumbent": (),
        "examples": EXAMPLES,
        "max_length": 4,
        "score": world,
        "groups": {"a": "g", "e": "g", "f": "g"},
    }
    return Problem(**{**values, **changes})  # type: ignore[arg-type]


def found(
    world: World,
    strategy: str,
    *,
    budget: int = 400,
    seed: int = 0,
    steps: list[Step] | None = None,
    **changes: object,
) -> Found:
    told = [] if steps is None else steps
    rng = np.random.default_rng(seed)
    return search(problem(world, **changes), strategy=strategy, budget=budget, rng=rng, on_step=told.append)


each = pytest.mark.parametrize("strategy", STRATEGIES)


def test_greedy_and_random_are_there_by_name() -> None:
    assert {"greedy", "random"} <= set(STRATEGIES)


@each
@settings(max_examples=25, deadline=None)
@given(
    budget=st.integers(1, 500),
    seed=st.integers(0, 2**32 - 1),
    max_length=st.integers(1, 5),
    incumbent=st.permutations(KEYS).map(lambda keys: tuple(key for key in keys if key not in "ae")[:1]),
    size=st.integers(1, 40),
)
def test_whatever_the_budget_it_is_never_exceeded_and_the_rules_are_kept(
    strategy: str, budget: int, seed: int, max_length: int, incumbent: Keys, size: int
) -> None:
    world, steps = World(), list[Step]()
    asked = {"max_length": max_length, "incumbent": incumbent, "examples": EXAMPLES[:size]}
    best = found(world, strategy, budget=budget, seed=seed, steps=steps, **asked)
    assert len(world.asked) == len(set(world.asked)) <= budget
    rules = problem(world, **asked)
    for keys in {best.keys, *(step.keys for step in steps), *(cell[0] for cell in world.asked)}:
        assert len(keys) <= max_length
        assert len(set(keys)) == len(keys)
        assert len({rules.groups[key] for key in keys if key in rules.groups}) == len(
            [key for key in keys if key in rules.groups]
        )
    assert {example for _, example in world.asked} <= set(EXAMPLES[:size])
    assert all(step.cells <= budget for step in steps)


@each
def test_the_same_seed_ends_the_same_and_asks_the_same(strategy: str) -> None:
    for seed in range(3):
        worlds = [World(), World()]
        ends = [found(world, strategy, seed=seed) for world in worlds]
        assert ends[0] == ends[1]
        assert worlds[0].asked == worlds[1].asked


def test_another_seed_draws_other_compositions() -> None:
    worlds = [World(), World()]
    for seed, world in enumerate(worlds):
        found(world, "random", seed=seed)
    assert worlds[0].asked != worlds[1].asked


@each
def test_a_budget_too_small_for_one_comparison_ends_at_the_incumbent_unasked(strategy: str) -> None:
    world = World()
    best = found(world, strategy, budget=1, incumbent=("d",))
    assert (best.keys, best.tried, world.asked) == (("d",), 0, [])
    assert "budget" in best.stopped


@each
def test_when_every_snippet_harms_the_incumbent_stays(strategy: str) -> None:
    world = World(dict.fromkeys(KEYS, 0.1))
    best = found(world, strategy)
    assert best.keys == ()
    assert best.gain == 0
    assert best.tried > 0


@each
def test_it_finds_a_snippet_that_plainly_helps(strategy: str) -> None:
    for seed in range(4):
        best = found(World({"c": -0.3}, noise=0.02), strategy, seed=seed)
        assert "c" in best.keys
        assert best.gain == pytest.approx(0.3, abs=0.05)


def test_greedy_adds_what_helps_and_drops_what_harms() -> None:
    best = found(World(noise=0.02), "greedy", budget=1500, incumbent=("c", "d"))
    assert {"a", "b"} <= set(best.keys)
    assert not {"c", "d"} & set(best.keys)


def test_from_noise_alone_greedy_promises_little() -> None:
    gains = [found(World({}, noise=0.2), "greedy", seed=seed).gain for seed in range(10)]
    assert sum(gains) / len(gains) < 0.1


@each
def test_what_it_tells_of_its_steps_is_what_it_asked(strategy: str) -> None:
    world, steps = World(noise=0.0), list[Step]()
    best = found(world, strategy, steps=steps)
    assert steps[-1].cells == len(world.asked)
    assert [step.cells for step in steps] == sorted(step.cells for step in steps)
    assert best.tried == len({step.keys for step in steps})
    for step in steps:
        assert step.gain == pytest.approx(world.loss((), "e00") - world.loss(step.keys, "e00"))


@each
def test_a_library_of_one_snippet_and_one_example_is_enough(strategy: str) -> None:
    best = found(World({"a": -0.3}, noise=0.0), strategy, snippets=("a",), examples=("e00",), max_length=6)
    assert best.keys == ("a",)


def test_an_unknown_strategy_is_an_error() -> None:
    with pytest.raises(KeyError):
        found(World(), "guess")


class TestBudgeted:
    def test_it_pairs_with_the_incumbent_and_pays_for_both_once(self) -> None:
        world = World(noise=0.0)
        scorer = Budgeted(problem(world, incumbent=("d",)), 100, lambda step: None)
        assert scorer.gain(("d", "a"), EXAMPLES[:4]) == pytest.approx([0.2] * 4)
        assert scorer.cells == 8
        scorer.gain(("d", "a"), EXAMPLES[:6])
        assert scorer.cells == 12
        assert len(world.asked) == 12

    def test_it_asks_nothing_when_not_all_of_it_fits(self) -> None:
        world = World()
        scorer = Budgeted(problem(world), 7, lambda step: None)
        with pytest.raises(BudgetSpent):
            scorer.gain(("a",), EXAMPLES[:4])
        assert world.asked == []
        scorer.gain(("a",), EXAMPLES[:3])
        assert len(world.asked) == 6
