"""The compositions that a search by effects starts with."""

from __future__ import annotations

from collections import Counter

import numpy as np

from composer.search.constraints import Rules
from composer.search.screening import screening_compositions
from tests.composer.search.worlds import KEYS, World, problem


def test_each_snippet_comes_about_as_often_and_most_compositions_are_short() -> None:
    given = problem(World(), rules=Rules(max_length=4))
    drawn = screening_compositions(given, 0.7, 60, np.random.default_rng(0))
    often = Counter(key for keys in drawn for key in keys)
    assert set(often) == set(KEYS)
    assert max(often.values()) <= 3 * min(often.values())
    assert sum(len(keys) <= 2 for keys in drawn) > len(drawn) / 2


def test_none_comes_twice_none_is_the_incumbent_and_all_keep_to_the_rules() -> None:
    rules = Rules(max_length=3, conflicts={"a": frozenset("b"), "b": frozenset("a")}, first=frozenset("j"))
    given = problem(World(), incumbent=("c",), rules=rules)
    drawn = screening_compositions(given, 0.5, 80, np.random.default_rng(1))
    assert len(set(drawn)) == len(drawn)
    assert ("c",) not in drawn
    assert all(given.allows(keys) for keys in drawn)


def test_the_snippets_of_the_incumbent_are_kept_as_often_as_asked() -> None:
    given = problem(World(), incumbent=("c",), rules=Rules(max_length=4))
    always = screening_compositions(given, 1.0, 30, np.random.default_rng(2))
    assert all("c" in keys for keys in always)
    rarely = screening_compositions(given, 0.0, 30, np.random.default_rng(2))
    assert sum("c" in keys for keys in rarely) < len(rarely) / 2


def test_where_nothing_may_be_chosen_there_is_nothing_to_screen() -> None:
    given = problem(World(), rules=Rules(max_length=0))
    assert screening_compositions(given, 0.7, 10, np.random.default_rng(3)) == []
