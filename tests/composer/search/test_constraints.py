"""What breaks which rule, said in words, and what belongs together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.search.constraints import Keys, Rules
from tests.composer.search.worlds import KEYS, rules

compositions = st.lists(st.sampled_from(KEYS), max_size=5, unique=True).map(tuple)

CURATED = Rules(
    max_length=3,
    groups={"a": "tone", "b": "tone"},
    requires={"c": frozenset({"d"})},
    conflicts={"e": frozenset({"f"})},
    first=frozenset({"g"}),
    last=frozenset({"h"}),
    tokens={"i": 5, "j": 6},
    max_tokens=10,
)


@pytest.mark.parametrize(
    ("composition", "why"),
    [
        (("d", "d"), "a snippet appears twice"),
        (("a", "d", "e", "i"), "4 snippets are more than 3"),
        (("a", "b"), "a and b are both of group tone"),
        (("c", "a"), "c requires d"),
        (("e", "f"), "e conflicts with f"),
        (("d", "g"), "pinned"),
        (("h", "d"), "pinned"),
        (("i", "j"), "11 tokens are more than 10"),
    ],
)
def test_a_broken_rule_is_named(composition: Keys, why: str) -> None:
    assert why in CURATED.broken(composition)
    assert not CURATED.allows(composition)


@pytest.mark.parametrize(
    "composition", [(), ("a",), ("c", "d"), ("d", "c"), ("g", "d", "h"), ("g", "h"), ("e", "a"), ("i",)]
)
def test_what_keeps_to_all_rules_is_allowed(composition: Keys) -> None:
    assert CURATED.broken(composition) == ""
    assert CURATED.allows(composition)


def test_what_must_stay_is_missed() -> None:
    kept = Rules(max_length=3, stay=frozenset({"a", "b"}))
    assert "b must stay" in kept.broken(("a",))
    assert kept.allows(("c", "b", "a"))


@given(composition=compositions, curated=rules(incumbent=()))
def test_pinned_snippets_come_first_and_last_and_the_rest_keeps_its_order(
    composition: Keys, curated: Rules
) -> None:
    arranged = curated.arranged(composition)
    assert sorted(arranged) == sorted(composition)
    assert curated.arranged(arranged) == arranged
    where = [(key in curated.last) - (key in curated.first) for key in arranged]
    assert where == sorted(where)
    for part in (-1, 0, 1):
        of_part = [key for key in composition if (key in curated.last) - (key in curated.first) == part]
        assert [key for key, place in zip(arranged, where, strict=True) if place == part] == of_part


def test_a_closure_follows_requirements_through_others_and_in_circles() -> None:
    linked = Rules(
        max_length=9,
        requires={
            "a": frozenset({"b"}),
            "b": frozenset({"c"}),
            "c": frozenset({"a"}),
            "d": frozenset({"a"}),
            "e": frozenset(),
        },
    )
    assert linked.closure("d") == frozenset("abcd")
    assert linked.closure("e") == frozenset("e")
    assert linked.dependants("b") == frozenset("abcd")
    assert linked.dependants("d") == frozenset("d")


@given(key=st.sampled_from(KEYS), other=st.sampled_from(KEYS), curated=rules(incumbent=()))
def test_one_depends_on_another_where_its_closure_holds_it(key: str, other: str, curated: Rules) -> None:
    assert (other in curated.dependants(key)) == (key in curated.closure(other))


def test_unknown_lengths_count_nothing() -> None:
    assert CURATED.length(("i", "j", "a")) == 11
    assert Rules(max_length=1, max_tokens=0).allows(("a",))
