"""How likely any composition gets below a bar: near 1 where one does, and soon near 0 where none can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from composer.bench.catalogue import open_world
from composer.search.effects import effects
from composer.search.problem import Ask, BudgetedScorer, Losses, SearchResult
from tests.composer.search import worlds


def searched(bar: float | None, score: object, *, budget: int = 180) -> tuple[SearchResult, BudgetedScorer]:
    problem = worlds.problem(worlds.World(), bar=bar, score=score)
    scorer = BudgetedScorer(problem, budget, lambda _step: None)
    return effects(scorer, np.random.default_rng(0)), scorer


def malformed(asked: Sequence[Ask], /) -> list[Losses]:
    return [np.ones(len(examples)) for _, examples in asked]


def test_a_model_that_answers_nothing_is_given_up_after_a_third_of_the_budget_at_most() -> None:
    found, scorer = searched(0.5, malformed)
    assert found.reason == "unreachable"
    assert found.reachable is not None
    assert found.reachable < 0.05
    assert scorer.cells <= 60


def test_a_bar_that_compositions_get_below_stops_nothing_and_changes_nothing_that_is_asked() -> None:
    world, again = worlds.World(), worlds.World()
    without, _ = searched(None, world)
    found, _ = searched(0.4, again)
    assert found.reachable is not None
    assert found.reachable > 0.95
    assert (found.keys, found.reason, found.gain) == (without.keys, without.reason, without.gain)
    assert world.asked == again.asked
    assert (without.reachable, without.more) == (None, None)


def test_what_is_in_sight_beyond_the_leader_is_no_loss_and_small_when_the_budget_was_enough() -> None:
    found, _ = searched(0.4, worlds.World(), budget=400)
    assert found.more is not None
    assert 0 <= found.more < 0.05


@pytest.mark.parametrize("seed", range(6))
def test_on_recorded_answers_of_a_real_model_a_bar_that_is_cleared_is_never_given_up(seed: int) -> None:
    world = open_world("polarity-0.5b")
    best = world.answers.truth(world.oracle)
    problem = replace(world.problem(np.random.default_rng(seed)), bar=best + 0.1)
    found = effects(BudgetedScorer(problem, 180, lambda _step: None), np.random.default_rng(seed))
    assert found.reason != "unreachable"
