"""Strongly connected components, against their definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from library.components import components

GRAPHS = st.dictionaries(st.sampled_from("abcdefg"), st.lists(st.sampled_from("abcdefgh"), max_size=4))


def reached(graph: dict[str, list[str]], start: str) -> set[str]:
    """A node with all that can be reached from it."""
    found, waiting = {start}, [start]
    while waiting:
        new = set(graph.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


@given(graph=GRAPHS)
def test_nodes_share_a_component_just_where_each_reaches_the_other_and_what_they_point_to_comes_first(
    graph: dict[str, list[str]],
) -> None:
    found = list(components(graph))
    place = {node: number for number, component in enumerate(found) for node in component}
    nodes = {*graph, *(target for targets in graph.values() for target in targets)}
    assert sorted(node for component in found for node in component) == sorted(nodes)
    reach = {node: reached(graph, node) for node in nodes}
    for one in nodes:
        for other in reach[one]:
            assert place[other] <= place[one]
            assert (place[other] == place[one]) == (one in reach[other])


def test_a_long_path_needs_no_recursion() -> None:
    assert len(list(components({str(n): [str(n + 1)] for n in range(50_000)}))) == 50_001
