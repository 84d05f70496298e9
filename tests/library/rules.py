"""Small libraries with rules, and what the rules allow by trying every set of snippets."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

from library.feasibility import Links

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
