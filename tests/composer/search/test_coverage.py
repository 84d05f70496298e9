"""Nothing is given up before every snippet was tried: one alone may be what the format needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from composer.search.constraints import Rules
from composer.search.coverage import TOGETHER, untried_together
from composer.search.effects import effects
from composer.search.problem import Ask, BudgetedScorer, Keys, Losses
from tests.composer.search import worlds


def test_each_snippet_comes_once_a_few_at_a_time_within_the_rules() -> None:
    problem = worlds.problem(worlds.World())
    tried: list[Keys] = [()]
    while (keys := untried_together(problem, tried)) is not None:
        assert problem.allows(keys)
        assert 1 <= len(keys) <= TOGETHER
        tried.append(keys)
    assert sorted(key for keys in tried for key in keys) == sorted(worlds.KEYS)
    assert all(not set(one) & set(other) for one, other in pairwise(tried))


def test_what_the_rules_never_allow_is_not_waited_for() -> None:
    problem = worlds.problem(worlds.World(), rules=Rules(max_length=4, conflicts={"a": frozenset("a")}))
    assert untried_together(problem, [tuple("bcdefghij")]) is None


def test_the_one_snippet_without_which_no_answer_is_valid_is_found_before_a_search_gives_up() -> None:
    for needed in worlds.KEYS:

        def score(asked: Sequence[Ask], /, needed: str = needed) -> list[Losses]:
            return [np.full(len(examples), 0.2 if needed in keys else 1.0) for keys, examples in asked]

        problem = worlds.problem(worlds.World(), bar=0.5, score=score)
        found = effects(BudgetedScorer(problem, 120, lambda _step: None), np.random.default_rng(0))
        assert found.reason != "unreachable"
        assert needed in found.keys
