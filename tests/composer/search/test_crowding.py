"""A library in which any snippet does harm on average is seen to be one, and asked for short compositions."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from composer.search.constraints import Rules
from composer.search.crowding import is_crowded, shortened
from composer.search.effect_model import EffectModel, Variances
from composer.search.problem import Problem
from tests.composer.search.worlds import EXAMPLES, KEYS, World, problem


def model(effect: Mapping[str, float]) -> EffectModel:
    """The model of a world in which each snippet and each two neighbours were asked on twelve examples."""
    world = World(effect)
    asked = [(), *((key,) for key in KEYS), *itertools.pairwise(KEYS)]
    losses = {(keys, example): world.loss(keys, example) for keys in asked for example in EXAMPLES[:12]}
    index = {key: place for place, key in enumerate(KEYS)}
    return EffectModel(index, (), losses).tuned(Variances())


def test_a_library_of_which_each_snippet_harms_is_crowded() -> None:
    assert is_crowded(model(dict.fromkeys(KEYS, 0.06)))


def test_one_whose_snippets_do_nothing_or_help_as_often_as_they_harm_is_not() -> None:
    assert not is_crowded(model({}))
    assert not is_crowded(model({key: 0.06 * (-1) ** place for place, key in enumerate(KEYS)}))


def test_one_whose_snippets_help_is_not() -> None:
    assert not is_crowded(model(dict.fromkeys(KEYS, -0.06)))


def lengths(given: Problem) -> list[int]:
    rng = np.random.default_rng(0)
    return [shortened(given, rng).rules.max_length for _ in range(400)]


def test_every_length_is_drawn_that_the_rules_allow_and_a_short_one_most_often() -> None:
    drawn = lengths(problem(World(), rules=Rules(max_length=4)))
    assert sorted(set(drawn)) == [1, 2, 3, 4]
    assert drawn.count(1) > drawn.count(2) > drawn.count(4)


def test_snippets_that_must_stay_always_fit() -> None:
    drawn = lengths(problem(World(), rules=Rules(max_length=4, stay=frozenset("ab"))))
    assert min(drawn) == 2


def test_where_all_compositions_have_one_length_it_stays() -> None:
    given = problem(World(), rules=Rules(max_length=1))
    assert shortened(given, np.random.default_rng(0)) == given
