"""Suspected snippets get a trial each, alone beside the incumbent."""

from __future__ import annotations

from composer.search.constraints import Rules
from composer.search.example_blocks import ExampleBlocks
from composer.search.problem import BudgetedScorer, Problem
from composer.search.suspect_trials import SuspectTrials
from tests.composer.search.worlds import World, problem


def trials(given: Problem, budget: float = 100) -> tuple[SuspectTrials, BudgetedScorer]:
    scorer = BudgetedScorer(given, 400, lambda _step: None)
    return SuspectTrials(given, ExampleBlocks(scorer, 4, 12), budget), scorer


def test_each_suspect_is_tried_once_beside_the_incumbent_a_few_at_a_time() -> None:
    given = problem(World(), incumbent=("c",), rules=Rules(max_length=4))
    made, scorer = trials(given)
    suspects = {"a", "e", "b"}
    first = made.next(suspects, 2)
    assert [keys for keys, _ in first] == [("c", "a"), ("c", "b")]
    assert all(len(examples) == 4 for _, examples in first)
    scorer.losses(first)
    rest = made.next(suspects, 2)
    assert [keys for keys, _ in rest] == [("c", "e")]
    scorer.losses(rest)
    assert made.next(suspects, 2) == []


def test_it_is_tried_without_the_incumbent_where_both_would_be_too_long() -> None:
    given = problem(World(), incumbent=("c", "d"), rules=Rules(max_length=2))
    assert [keys for keys, _ in trials(given)[0].next({"a"}, 3)] == [("a",)]


def test_no_trial_goes_over_the_budget_of_trials_or_breaks_a_rule() -> None:
    given = problem(World(), rules=Rules(max_length=4, barred=frozenset({("a",)})))
    made, _ = trials(given, budget=9)
    assert [keys for keys, _ in made.next({"a", "b", "e", "f"}, 5)] == [("b",), ("e",)]
    assert made.next({"a", "b", "e", "f"}, 5) == []
