"""The comments of a YAML text: all of them, and nothing that only looks like one."""

from __future__ import annotations

import pytest

from library.yamlcomments import comments, deepest, end_of
from library.yamltree import node_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: b # c", ["# c"]),
        ("# top\n\na: 'b # no'  # yes  \n# end\n", ["# top", "# yes", "# end"]),
        ("a: |  # sign\n  # text\n  more\n# end\n", ["# sign", "# end"]),
        ("a: [b,  # one\n  c#no, # two\n  d]", ["# one", "# two"]),
        ('a: "# no" # yes\nb: c#d\n', ["# yes"]),
        ("a: >-\n  folded # text\n\nb: c\n", []),
        ("- a # one # two\n- b\n", ["# one # two"]),
    ],
)
def test_each_comment_is_found_in_order(text: str, found: list[str]) -> None:
    assert list(comments(text, node_of(text))) == found


def test_comments_of_a_part_are_found_by_the_node_of_the_whole() -> None:
    text = "- a # one\n- b # two\n"
    node = node_of(text).value[1]
    assert comments(text[10:], node, 10) == ("# two",)


@pytest.mark.parametrize("written", ["b", "'b'", "|-\n  b", "[b, c]", "\n- b\n- 'c'", "\n  b:\n    c", "b\n  c"])
def test_a_value_ends_where_its_last_sign_is(written: str) -> None:
    for after in ("", "\n", "\n\n# c\n", "\n\n# c\nz: y\n"):
        text = f"a: {written}{after}"
        assert end_of(text, node_of(text).value[0][1]) == len(f"a: {written}")


def test_the_deepest_comment_is_found_among_those_alone_on_their_lines() -> None:
    text = "a: |\n  b\n      # text\n  c\n# end\nd: e   # beside\n"
    assert deepest(text, node_of(text)) == 0
    assert deepest(text + "   # deep\n", node_of(text)) == 3
    assert deepest("a: b # c", node_of("a: b # c")) == -1
