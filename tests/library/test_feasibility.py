"""Which snippets could never stand, against trying every set of snippets."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from library.feasibility import MOST_IN_A_PROMPT, Links, clashes

KEYS = "abcdef"


@st.composite
def libraries(draw: st.DrawFn) -> dict[str, Links]:
    found = {}
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True)):
        others = st.frozensets(st.sampled_from([other for other in KEYS if other != key]), max_size=2)
        requires = draw(others)
        group = draw(st.sampled_from([None, None, "x", "y"]))
        found[key] = Links(group, requires, draw(others) - requires)
    return found


def stands(library: dict[str, Links], chosen: frozenset[str]) -> bool:
    links = [library[key] for key in chosen if key in library]
    groups = [each.group for each in links if each.group]
    return len(set(groups)) == len(groups) and all(
        each.requires <= chosen and not each.conflicts & chosen for each in links
    )


@settings(deadline=None)
@given(library=libraries())
def test_a_key_is_told_of_just_where_no_set_with_it_keeps_to_the_rules(library: dict[str, Links]) -> None:
    sets = [frozenset(each) for length in range(len(KEYS) + 1) for each in combinations(KEYS, length)]
    possible = {key for chosen in sets if stands(library, chosen) for key in chosen}
    assert clashes(library).keys() == library.keys() - possible


def test_a_circle_of_requirements_can_stand() -> None:
    assert clashes({"a": Links(requires=frozenset("b")), "b": Links(requires=frozenset("a"))}) == {}


def test_a_chain_longer_than_any_prompt_can_not_stand_and_is_found_at_once() -> None:
    chain = {str(n): Links(requires=frozenset([str(n + 1)])) for n in range(5_000)}
    found = clashes(chain)
    assert len(found) == len(chain) + 1 - MOST_IN_A_PROMPT
    assert found["0"].why == "it requires 50 others or more"
