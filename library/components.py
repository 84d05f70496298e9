"""Strongly connected components of a directed graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def components(graph: Mapping[str, Collection[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the strongly connected components of a graph, each after all that it points to.

    `graph` maps a node to those it points to; a node that isn't a key points to none. Takes time in proportion to
    nodes and edges (Tarjan, Depth-first search and linear graph algorithms, 1972), and no recursion.
    """
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_nodes: dict[str, None] = {}  # in the order in which they were met
    for root in graph:
        if root in index:
            continue
        path = [(root, iter(graph[root]))]
        index[root] = lowest[root] = len(index)
        open_nodes[root] = None
        while path:
            node, targets = path[-1]
            for target in targets:
                if target not in index:
                    index[target] = lowest[target] = len(index)
                    open_nodes[target] = None
                    path.append((target, iter(graph.get(target, ()))))
                    break
                if target in open_nodes:
                    lowest[node] = min(lowest[node], index[target])
            else:
                path.pop()
                if path:
                    before = path[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                if lowest[node] == index[node]:
                    yield tuple(_closed(open_nodes, node))


def _closed(open_nodes: dict[str, None], first: str) -> Iterator[str]:
    """Remove the nodes from the newest to `first` from those that are open, and yield them."""
    while True:
        node, _ = open_nodes.popitem()
        yield node
        if node == first:
            return
