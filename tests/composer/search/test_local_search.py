"""Down to the composition of least loss under given effects, within the rules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from composer.search.constraints import Rules
from composer.search.effect_model import EffectModel, Effects, Floats
from composer.search.local_search import canonical, lowest, value_of
from composer.search.moves import edits
from composer.search.problem import Keys, Problem
from tests.composer.search.worlds import KEYS, World, problem, rules

N = len(KEYS)
compositions = st.lists(st.sampled_from(KEYS), max_size=4, unique=True).map(tuple)


def seeing(given_problem: Problem, seen: Sequence[Keys] = ((),)) -> EffectModel:
    return EffectModel(given_problem.place, given_problem.incumbent, {(keys, "e00"): 0.5 for keys in seen})


def drawn(seed: int, *, pairs: float = 0.0, own: Sequence[float] = (0.0,), lean: float = 0.0) -> Effects:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(size=(N, N)), 1) * pairs
    return Effects(0.5, lean + rng.normal(size=N) * 0.1, upper + upper.T, np.array(own, dtype=float))


def sets(most: int) -> list[Keys]:
    return [keys for size in range(most + 1) for keys in combinations(KEYS, size)]


def losses(model: EffectModel, effects: Effects, compositions: Sequence[Keys]) -> Floats:
    return np.asarray(effects.at(model.indicators(compositions)))


@settings(deadline=None)
@given(seed=st.integers(0, 999), most=st.integers(1, 5), start=compositions)
def test_where_effects_add_up_it_finds_the_lowest_of_all(seed: int, most: int, start: Keys) -> None:
    given_problem = problem(World(), rules=Rules(max_length=most))
    model, effects = seeing(given_problem), drawn(seed, lean=0.1)  # most snippets harm: some must go
    keys, value = lowest(given_problem, model, effects, [start[:most]])
    assert value == pytest.approx(losses(model, effects, sets(most)).min())
    assert value == pytest.approx(value_of(model, effects, keys))


@settings(deadline=None)
@given(seed=st.integers(0, 999), most=st.integers(1, 4))
def test_with_pairs_no_single_edit_of_what_it_finds_is_lower(seed: int, most: int) -> None:
    given_problem = problem(World(), rules=Rules(max_length=most), ordered=False)
    model, effects = seeing(given_problem), drawn(seed, pairs=0.1)
    keys, value = lowest(given_problem, model, effects, [()])
    near = edits(given_problem, keys, KEYS)
    assert losses(model, effects, near).min() >= value - 1e-9


@example(
    curated=Rules(max_length=1, tokens=dict.fromkeys("abdfghij", 1) | dict.fromkeys("ce", 2), max_tokens=1),
    seen=[()],
    starts=[()],
    seed=3,
)
@settings(deadline=None, max_examples=60)
@given(
    curated=rules(incumbent=("b", "a")),
    seen=st.lists(compositions, min_size=1, max_size=4, unique=True),
    starts=st.lists(compositions, max_size=3),
    seed=st.integers(0, 999),
)
def test_it_keeps_to_the_rules_and_ends_no_higher_than_where_it_began_or_what_was_seen(
    curated: Rules, seen: list[Keys], starts: list[Keys], seed: int
) -> None:
    given_problem = problem(World(), rules=curated, incumbent=("b", "a"))
    own = np.random.default_rng(seed).normal(size=len(seen)) * 0.05
    model, effects = seeing(given_problem, seen), drawn(seed, pairs=0.03, own=own)
    begun = [start for start in starts if given_problem.allows(start)]
    asked = [keys for keys in seen if given_problem.allows(keys)]
    if not begun and not asked:
        with pytest.raises(ValueError, match="allowed"):
            lowest(given_problem, model, effects, starts)
        return
    keys, value = lowest(given_problem, model, effects, starts)
    assert given_problem.allows(keys), curated.broken(keys)
    # With its own part, where it was seen: that may make it a bad place to stay.
    for other in (*begun, *asked):
        assert value <= value_of(model, effects, other) + 1e-8


def test_a_composition_that_was_seen_wins_by_what_it_adds_on_its_own() -> None:
    given_problem = problem(World(), rules=Rules(max_length=2))
    model = seeing(given_problem, [(), ("c", "b")])
    flat = Effects(0.5, np.zeros(N), np.zeros((N, N)), np.array([0.0, -0.2]))
    keys, value = lowest(given_problem, model, flat, [()])
    assert keys == ("c", "b")
    assert value == pytest.approx(0.3)
    assert value_of(model, flat, ("c", "b")) == pytest.approx(0.3)
    assert value_of(model, flat, ("b", "c")) == pytest.approx(0.5)


def test_differences_of_rounding_decide_nothing() -> None:
    given_problem = problem(World(), rules=Rules(max_length=2))
    tiny = Effects(0.5, np.full(N, -1e-12), np.zeros((N, N)), np.zeros(1))
    assert lowest(given_problem, seeing(given_problem), tiny, [(), ("a",)])[0] == ()


def test_a_snippet_comes_with_what_it_requires_where_both_together_help() -> None:
    needing = problem(World(), rules=Rules(max_length=2, requires={"a": frozenset({"b"})}))
    gains = Effects(0.5, np.array([-0.3, 0.1, *[0.0] * 8]), np.zeros((N, N)), np.zeros(1))
    assert lowest(needing, seeing(needing), gains, [()]) == (("a", "b"), pytest.approx(0.3))
    costly = Effects(0.5, np.array([-0.3, 0.4, *[0.0] * 8]), np.zeros((N, N)), np.zeros(1))
    assert lowest(needing, seeing(needing), costly, [()])[0] == ()


def test_a_set_stands_in_the_incumbents_order_then_in_the_librarys_pins_in_place() -> None:
    pinned = Rules(max_length=9, first=frozenset({"j"}), last=frozenset({"e"}))
    given_problem = problem(World(), rules=pinned, incumbent=("e", "c", "b"))
    assert canonical(given_problem, "abcdej") == ("j", "c", "b", "a", "d", "e")
    assert canonical(given_problem, ("d", "a")) == ("a", "d")
    assert canonical(given_problem, ()) == ()
