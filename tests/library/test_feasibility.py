"""Which snippets can be in no prompt, against trying every set of snippets."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from library.feasibility import MOST_IN_A_PROMPT, Links, clashes, with_required

KEYS = "abcdef"


@st.composite
def libraries(draw: st.DrawFn) -> dict[str, Links]:
    """Some of the keys a to f with their links, which may name keys that aren't there."""
    found = {}
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True)):
        others = st.frozensets(st.sampled_from([other for other in KEYS if other != key]), max_size=2)
        requires = draw(others)
        group = draw(st.sampled_from([None, None, "x", "y"]))
        found[key] = Links(group, requires, draw(others) - requires)
    return found


def keeps_to_the_rules(library: dict[str, Links], chosen: frozenset[str]) -> bool:
    links = [library[key] for key in chosen if key in library]
    groups = [each.group for each in links if each.group]
    return len(set(groups)) == len(groups) and all(
        each.requires <= chosen and not each.conflicts & chosen for each in links
    )


def impossible(library: dict[str, Links]) -> set[str]:
    """The simple definition: the keys that are in no set that keeps to the rules."""
    sets = [frozenset(each) for length in range(len(KEYS) + 1) for each in combinations(KEYS, length)]
    return set(library) - {key for chosen in sets if keeps_to_the_rules(library, chosen) for key in chosen}


@settings(deadline=None)
@given(library=libraries())
def test_a_key_is_named_just_where_no_set_with_it_keeps_to_the_rules_and_under_one_clash(
    library: dict[str, Links],
) -> None:
    named = Counter(key for clash in clashes(library) for key in (clash.key, *clash.dependants))
    assert named.keys() == impossible(library)
    assert set(named.values()) <= {1}


@settings(deadline=None)
@given(library=libraries())
def test_a_clash_is_of_what_its_key_requires_and_its_dependants_require_it(library: dict[str, Links]) -> None:
    for clash in clashes(library):
        assert {clash.key, *clash.keys} == set(with_required(library, [clash.key]))
        assert all(clash.key in with_required(library, [key]) for key in clash.dependants)


def test_a_circle_of_requirements_is_possible() -> None:
    assert clashes({"a": Links(requires=frozenset("b")), "b": Links(requires=frozenset("a"))}) == ()


def test_a_reason_is_given_once_and_another_of_what_requires_it_beside_it() -> None:
    library = {
        "top": Links(requires=frozenset({"middle"})),
        "middle": Links(requires=frozenset({"a", "b"})),
        "also": Links(group="g", requires=frozenset({"middle", "c"})),
        "a": Links(conflicts=frozenset({"b"})),
        "b": Links(),
        "c": Links(group="g"),
    }
    middle, also = clashes(library)
    assert (middle.key, middle.dependants) == ("middle", ("top",))
    assert middle.why == "it requires 'a' and 'b', and 'a' conflicts with 'b'"
    assert (also.key, also.dependants) == ("also", ())
    assert also.why == "it requires 'c', and 'also' and 'c' are both of group 'g'"


def test_a_circle_that_requires_too_much_has_one_reason() -> None:
    circle = {str(n): Links(requires=frozenset({str((n + 1) % 60)})) for n in range(60)}
    (clash,) = clashes({**circle, "x": Links(requires=frozenset({"7"}))})
    assert len(clash.dependants) == 60
    assert clash.key == "0"


def test_a_chain_longer_than_any_prompt_has_one_reason_where_it_becomes_too_long() -> None:
    chain = {str(n): Links(requires=frozenset([str(n + 1)])) for n in range(5_000)}
    (clash,) = clashes(chain)
    assert clash.key == str(5_000 - MOST_IN_A_PROMPT)
    assert clash.why == "it requires 50 others or more, directly or through '4951'"
    assert clash.dependants == tuple(str(n) for n in range(5_000 - MOST_IN_A_PROMPT))


def test_a_chain_as_long_as_a_prompt_may_be_is_possible() -> None:
    assert clashes({str(n): Links(requires=frozenset([str(n + 1)])) for n in range(MOST_IN_A_PROMPT - 1)}) == ()
