"""Moves lead from one allowed composition to another, and bring along what must stand together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.search.constraints import Rules
from composer.search.moves import added, draw, dropped, edits, shuffled, smallest, swapped
from composer.search.problem import Keys, Problem
from tests.composer.search.worlds import KEYS, World, problem, rules

LINKED = Rules(max_length=4, requires={"c": frozenset({"b"}), "d": frozenset({"c"})}, first=frozenset({"j"}))

compositions = st.lists(st.sampled_from(KEYS), max_size=4, unique=True).map(tuple)


def linked(ordered: bool = True) -> Problem:
    return problem(World(), rules=LINKED, ordered=ordered)


class TestDraw:
    @settings(deadline=None)
    @given(curated=rules(incumbent=("b", "a")), seed=st.integers(0, 999), ordered=st.booleans())
    def test_it_is_allowed_wherever_the_smallest_composition_is(
        self, curated: Rules, seed: int, ordered: bool
    ) -> None:
        given_rules = problem(World(), rules=curated, incumbent=("b", "a"), ordered=ordered)
        drawn = draw(given_rules, np.random.default_rng(seed))
        if given_rules.allows(smallest(given_rules)):
            assert given_rules.allows(drawn), curated.broken(drawn)
        else:
            assert set(drawn) == set(smallest(given_rules))

    def test_it_is_as_long_as_asked_where_that_fits(self) -> None:
        rng = np.random.default_rng(0)
        free = problem(World(), rules=Rules(max_length=6))
        assert {len(draw(free, rng, length=length)) for length in (3,) * 20} == {3}
        assert len(draw(problem(World(), rules=Rules(max_length=20)), rng, length=20)) == len(KEYS)
        assert draw(free, rng, length=0) == ()

    def test_every_snippet_is_drawn_about_as_often(self) -> None:
        rng = np.random.default_rng(0)
        free = problem(World(), rules=Rules(max_length=4))
        drawn = [draw(free, rng, length=3) for _ in range(600)]
        counts = [sum(key in keys for keys in drawn) for key in KEYS]
        assert 120 < min(counts) <= max(counts) < 240
        firsts = [sum(keys[0] == key for keys in drawn) for key in KEYS]
        assert min(firsts) > 30


@pytest.mark.parametrize(("incumbent", "expected"), [((), ("a", "b")), (("e", "b", "a"), ("b", "a"))])
def test_the_smallest_composition_is_what_stays_with_what_it_requires(incumbent: Keys, expected: Keys) -> None:
    stays = Rules(max_length=4, stay=frozenset({"a"}), requires={"a": frozenset({"b"})})
    assert smallest(problem(World(), rules=stays, incumbent=incumbent)) == expected


def test_a_snippet_comes_with_all_it_requires_and_goes_with_all_that_need_it() -> None:
    given_rules = linked()
    assert added(given_rules, ("e",), "d") == ("e", "b", "c", "d")
    assert added(given_rules, ("c", "b"), "d") == ("c", "b", "d")
    assert added(given_rules, ("e",), "j") == ("j", "e")
    assert dropped(given_rules, ("d", "e", "c", "b"), "b") == ("e",)
    assert dropped(given_rules, ("d", "e", "c", "b"), "d") == ("e", "c", "b")


def test_a_swap_takes_the_place_of_what_goes() -> None:
    assert swapped(linked(), ("e", "a", "f"), "a", "g") == ("e", "g", "f")
    assert swapped(linked(), ("e", "b", "c", "f"), "b", "g") == ("e", "g", "f")
    assert swapped(linked(), ("e", "a", "f"), "a", "c") == ("e", "b", "c", "f")
    assert swapped(linked(ordered=False), ("a", "e", "f"), "e", "b") == ("a", "b", "f")


class TestEdits:
    @settings(deadline=None)
    @given(composition=compositions, curated=rules(incumbent=()), ordered=st.booleans())
    def test_each_is_allowed_is_another_and_comes_once(
        self, composition: Keys, curated: Rules, ordered: bool
    ) -> None:
        given_rules = problem(World(), rules=curated, ordered=ordered)
        composition = given_rules.arranged(composition)
        ways = edits(given_rules, composition, KEYS)
        assert len(ways) == len(set(ways))
        assert composition not in ways
        assert all(given_rules.allows(way) for way in ways)

    @settings(deadline=None)
    @given(composition=compositions)
    def test_without_rules_they_are_all_that_differ_by_one_snippet(self, composition: Keys) -> None:
        free = problem(World(), rules=Rules(max_length=len(KEYS)), ordered=False)
        composition = free.arranged(composition)
        ways = edits(free, composition, KEYS)
        held, out = len(composition), len(KEYS) - len(composition)
        assert len(ways) == out + held + held * out
        for way in ways:
            gone, new = set(composition) - set(way), set(way) - set(composition)
            assert len(gone) <= 1
            assert len(new) <= 1
        assert [len(way) for way in ways[:out]] == [held + 1] * out

    def test_where_order_counts_each_snippet_may_move_to_the_front(self) -> None:
        ordered = problem(World(), rules=Rules(max_length=3))
        ways = edits(ordered, ("a", "b", "c"), ())
        assert {way for way in ways if len(way) == 3} == {("b", "a", "c"), ("c", "a", "b")}

    def test_only_the_named_snippets_come_in(self) -> None:
        ways = edits(problem(World()), ("a",), ("b", "c"))
        assert set().union(*ways) == {"a", "b", "c"}


@given(composition=compositions, seed=st.integers(0, 99))
def test_a_shuffle_changes_the_order_alone_and_only_where_order_counts(composition: Keys, seed: int) -> None:
    rng = np.random.default_rng(seed)
    curated = Rules(max_length=4, last=frozenset({"a"}))
    mixed = shuffled(problem(World(), rules=curated), composition, rng)
    assert sorted(mixed) == sorted(composition)
    assert "a" not in mixed[:-1]
    unordered = problem(World(), rules=curated, ordered=False)
    assert shuffled(unordered, unordered.arranged(composition), rng) == unordered.arranged(composition)


def test_a_shuffle_can_end_in_every_order() -> None:
    rng = np.random.default_rng(0)
    assert len({shuffled(problem(World()), ("a", "b", "c"), rng) for _ in range(100)}) == 6
