"""What strategies share: no more is asked than the budget covers, and the best composition known is named."""

from __future__ import annotations

import numpy as np
import pytest

from composer.search.budgeting import EVALUATIONS, affordable, best_known, full_set
from composer.search.problem import BudgetedScorer
from tests.composer.search.worlds import EXAMPLES, World, problem


def scorer(budget: int) -> BudgetedScorer:
    return BudgetedScorer(problem(World(noise=0.0)), budget, lambda _step: None)


@pytest.mark.parametrize(("budget", "fitting"), [(7, 0), (8, 1), (11, 1), (12, 2), (100, 3)])
def test_affordable_is_the_longest_start_that_fits_the_incumbent_included(budget: int, fitting: int) -> None:
    asks = [((key,), EXAMPLES[:4]) for key in "abc"]
    assert affordable(scorer(budget), asks) == asks[:fitting]


def test_cells_that_are_known_cost_nothing() -> None:
    made = scorer(12)
    made.gain(("a",), EXAMPLES[:4])
    asks = [(("a",), EXAMPLES[:4]), (("b",), EXAMPLES[:4]), (("c",), EXAMPLES[:4])]
    assert affordable(made, asks) == asks[:2]


def test_a_full_evaluation_leaves_room_for_several() -> None:
    assert full_set(scorer(10_000)) == EXAMPLES
    assert full_set(scorer(EVALUATIONS * 5)) == EXAMPLES[:5]
    assert full_set(scorer(3)) == EXAMPLES[:1]


def test_the_best_known_has_the_largest_mean_gain_of_those_known_on_all() -> None:
    made, full = scorer(200), EXAMPLES[:8]
    made.gain(("b",), full)
    made.gain(("a",), full[:4])
    keys, gain = best_known(made, full)
    assert (keys, round(gain, 6)) == (("b",), 0.1)


def test_where_none_is_known_on_all_a_part_counts_only_if_asked_for() -> None:
    made, full = scorer(200), EXAMPLES[:8]
    made.losses([((), full)])
    made.gain(("a",), full[:4])
    assert best_known(made, full) == ((), 0.0)
    keys, gain = best_known(made, full, partly=True)
    assert (keys, gain) == (("a",), pytest.approx(0.2))


def test_the_incumbent_is_best_where_none_gains() -> None:
    made, full = scorer(200), EXAMPLES[:8]
    made.gain(("c",), full)
    assert best_known(made, full) == ((), 0.0)
    assert np.all(made.gain(("c",), full) < 0)
