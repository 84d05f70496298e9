"""Which snippets can be in no prompt, against trying every set of snippets."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from library.feasibility import MOST_IN_A_PROMPT, Links, clashes, with_required
from tests.library.rules import impossible, libraries


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
