"""What a search sees: scores within a budget of unique cells, paired gains, and steps that are reported."""

from __future__ import annotations

import numpy as np
import pytest

from composer.search.constraints import Rules
from composer.search.problem import BudgetedScorer, BudgetSpent, Space, Step
from tests.composer.search.worlds import EXAMPLES, World, problem


def scorer(world: World, budget: int = 100, steps: list[Step] | None = None) -> BudgetedScorer:
    return BudgetedScorer(problem(world), budget, (list[Step]() if steps is None else steps).append)


def test_a_cell_is_asked_once_however_often_its_loss_is_wanted() -> None:
    world = World()
    made = scorer(world)
    asks = [(("a",), EXAMPLES[:4]), (("a",), EXAMPLES[2:6]), (("b",), (EXAMPLES[0], EXAMPLES[0]))]
    assert made.cost(asks) == 7
    first = made.losses(asks)
    assert [len(one) for one in first] == [4, 4, 2]
    assert (len(world.asked), made.cells, made.left, made.cost(asks)) == (7, 7, 93, 0)
    assert all(np.array_equal(one, other) for one, other in zip(first, made.losses(asks), strict=True))
    assert len(world.asked) == 7


def test_it_pairs_with_the_incumbent_and_pays_for_both_once() -> None:
    world = World(noise=0.0)
    scorer = BudgetedScorer(problem(world, incumbent=("d",)), 100, lambda _step: None)
    assert scorer.gain(("d", "a"), EXAMPLES[:4]) == pytest.approx([0.2] * 4)
    assert scorer.cells == 8
    scorer.gain(("d", "a"), EXAMPLES[:6])
    assert scorer.cells == 12
    assert len(world.asked) == 12


def test_it_asks_nothing_when_not_all_of_it_fits() -> None:
    world = World()
    scorer = BudgetedScorer(problem(world), 7, lambda _step: None)
    with pytest.raises(BudgetSpent):
        scorer.gain(("a",), EXAMPLES[:4])
    assert world.asked == []
    scorer.gain(("a",), EXAMPLES[:3])
    assert len(world.asked) == 6


def test_several_compositions_are_one_call() -> None:
    world = World(noise=0.0)
    scorer = BudgetedScorer(problem(world), 100, lambda _step: None)
    gains = scorer.gains([(("a",), EXAMPLES[:3]), (("b",), EXAMPLES[:5])])
    assert [len(gain) for gain in gains] == [3, 5]
    assert world.calls == 1
    assert scorer.cells == 13


def test_gains_are_paired_with_the_incumbent_and_reported() -> None:
    steps: list[Step] = []
    made = scorer(World(noise=0.0), steps=steps)
    gains = made.gains([(("a",), EXAMPLES[:4]), ((), EXAMPLES[:4]), (("c",), EXAMPLES[:2])])
    assert [list(np.round(one, 6)) for one in gains] == [[0.2] * 4, [0.0] * 4, [-0.2] * 2]
    assert [(step.keys, round(step.gain, 6), step.examples, step.cells) for step in steps] == [
        (("a",), 0.2, 4, 10),
        (("c",), -0.2, 2, 10),
    ]
    assert made.tried == {("a",), ("c",)}


def test_a_set_has_one_order_and_pins_go_before_it() -> None:
    rules = Rules(max_length=3, first=frozenset("c"))
    unordered = Space(snippets=("a", "b", "c"), rules=rules, ordered=False)
    assert unordered.arranged(("b", "c", "a")) == ("c", "a", "b")
    assert unordered.allows(("c", "a", "b"))
    assert not unordered.allows(("c", "b", "a"))
    assert Space(snippets=("a", "b", "c"), rules=rules).allows(("c", "b", "a"))
