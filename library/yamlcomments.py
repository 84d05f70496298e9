"""The comments of a YAML text, which no parser of PyYAML's keeps: they stand between what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

_BLOCKS = ("|", ">")
_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
_COMMENT = re.compile("(?:^|[ \t])(#[^\0]*)")
_ALONE = re.compile("( *)#")
_VALUE = "\0"
"""In place of what is read: a sign that is right behind it begins no comment."""


def comments(text: str, node: yaml.Node, start: int = 0) -> tuple[str, ...]:
    """Return the comments of a text in their order, each from its sign on, without spaces at its end.

    `node` is the text's own, or one in a longer text in which this one begins at `start`.
    """
    return tuple(
        found[1].rstrip() for line in _between(text, node, start) if (found := _COMMENT.search(line)) is not None
    )


def deepest(text: str, node: yaml.Node, start: int = 0) -> int:
    """Return how many spaces are before a comment at most that is alone on its line; −1 where there is none."""
    found = (_ALONE.match(line) for line in _between(text, node, start))
    return max((len(one[1]) for one in found if one is not None), default=-1)


def _between(text: str, node: yaml.Node, start: int) -> list[str]:
    """Return the lines of a text, with a sign in place of all that is read."""
    gaps, place = [], 0
    for leaf in _leaves(node):
        begin, stop = leaf.start_mark.index - start, end_of(text, leaf, start) - start
        if leaf.style in _BLOCKS:  # a comment may follow the sign that it begins with
            begin = min(text.index("\n", begin), stop)
        gaps.append(text[place:begin])
        place = stop
    return _BREAK.split(_VALUE.join([*gaps, text[place:]]))


def end_of(text: str, node: Any, start: int = 0) -> int:
    """Return where ends what is written of a node: a block's own mark is where the next thing begins.

    The text begins at `start` of the one that the node's marks count in.
    """
    if isinstance(node, yaml.ScalarNode):
        stop = int(node.end_mark.index)
        return len(text[: stop - start].rstrip("\n ")) + start if node.style in _BLOCKS else stop
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(text, last[1] if isinstance(last, tuple) else last, start)


def _leaves(node: Any) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for each in node.value:
        for one in each if isinstance(each, tuple) else (each,):
            yield from _leaves(one)
