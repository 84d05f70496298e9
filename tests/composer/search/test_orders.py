"""Another order of the same snippets replaces the usual one only where it is clearly better."""

from __future__ import annotations

import numpy as np
import pytest

from composer.search.constraints import Rules
from composer.search.orders import best_order
from composer.search.problem import BudgetedScorer, Keys, Step
from tests.composer.search.worlds import EXAMPLES, World, problem


class Placed(World):
    """A world in which a snippet is worth its effect only where it stands first."""

    def loss(self, composition: Keys, example: str) -> float:
        gone = sum(self.effect.get(key, 0.0) for key in composition[1:])
        return float(np.clip(super().loss(composition, example) - gone, 0, 1))


def scoring(
    world: World,
    keys: Keys,
    *,
    budget: int = 400,
    examples: int = 40,
    steps: list[Step] | None = None,
    **rest: object,
) -> BudgetedScorer:
    """A scorer that has asked `keys` on some examples already."""
    told = [] if steps is None else steps
    scorer = BudgetedScorer(problem(world, **{"rules": Rules(max_length=4), **rest}), budget, told.append)
    scorer.losses([(keys, EXAMPLES[:examples])])
    world.asked.clear()
    return scorer


class Rolled(World):
    """A world of noise alone, other noise for each `salt`."""

    def __init__(self, salt: int) -> None:
        super().__init__({}, noise=0.2)
        self.salt = salt

    def loss(self, composition: Keys, example: str) -> float:
        return super().loss(composition, f"{self.salt} {example}")


def test_an_order_that_is_plainly_better_is_found_with_what_it_gains() -> None:
    found = 0
    for seed in range(8):
        world, steps = Placed({"a": -0.3}, noise=0.05), list[Step]()
        scorer = scoring(world, ("b", "a", "c"), steps=steps)
        keys, gain = best_order(scorer, ("b", "a", "c"), np.random.default_rng(seed))
        assert sorted(keys) == ["a", "b", "c"]
        if keys[0] == "a":
            found += 1
            assert gain == pytest.approx(0.3, abs=0.05)
            assert [(step.keys, step.gain, step.examples) for step in steps] == [(keys, gain, 40)]
    assert found >= 6


def test_where_order_counts_nothing_the_usual_one_mostly_stays() -> None:
    ends = []
    for seed in range(40):
        scorer = scoring(Rolled(seed), ("a", "b", "c"))
        ends.append(best_order(scorer, ("a", "b", "c"), np.random.default_rng(seed)))
    assert ends.count((("a", "b", "c"), 0.0)) >= 33


def test_a_worse_order_never_replaces_the_usual_one() -> None:
    world, steps = Placed({"a": -0.3}, noise=0.0), list[Step]()
    scorer = scoring(world, ("a", "b"), steps=steps)
    assert best_order(scorer, ("a", "b"), np.random.default_rng(0)) == (("a", "b"), 0.0)
    assert steps == []


def test_it_asks_on_examples_the_usual_order_was_asked_on_and_within_what_is_left() -> None:
    for left in (0, 3, 8, 20, 60):
        world = Placed({"a": -0.3}, noise=0.05)
        scorer = scoring(world, ("b", "c", "a"), examples=12, budget=12 + left)
        best_order(scorer, ("b", "c", "a"), np.random.default_rng(0))
        assert len(world.asked) <= left
        assert {example for _, example in world.asked} <= set(EXAMPLES[:12])
        assert all(sorted(keys) == ["a", "b", "c"] for keys, _ in world.asked)
        assert ("b", "c", "a") not in {keys for keys, _ in world.asked}
        assert bool(world.asked) == (left >= 8)


def test_other_orders_are_few_however_many_there_are() -> None:
    world = World({}, noise=0.1)
    keys = tuple("abcdefgh")
    scorer = scoring(world, keys, budget=4000, rules=Rules(max_length=8))
    best_order(scorer, keys, np.random.default_rng(0))
    assert 2 <= len({keys for keys, _ in world.asked}) <= 12


def test_pins_are_kept_and_where_they_leave_one_order_nothing_is_asked() -> None:
    world = Placed({"a": -0.3}, noise=0.0)
    pinned = Rules(max_length=4, last=frozenset({"a"}))
    best_order(scoring(world, ("b", "c", "a"), rules=pinned), ("b", "c", "a"), np.random.default_rng(0))
    assert {keys for keys, _ in world.asked} == {("c", "b", "a")}
    alone = World()
    assert best_order(scoring(alone, ("a",)), ("a",), np.random.default_rng(0)) == (("a",), 0.0)
    assert alone.asked == []


def test_what_was_hardly_asked_is_left_as_it_is() -> None:
    for examples in (0, 1):
        world = Placed({"a": -0.3}, noise=0.0)
        scorer = scoring(world, ("b", "a"), examples=examples)
        assert best_order(scorer, ("b", "a"), np.random.default_rng(0)) == (("b", "a"), 0.0)
