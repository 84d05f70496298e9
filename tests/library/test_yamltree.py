"""Two parsers read YAML; what a text means, and at which lines, is the same by both."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from library.yamltree import Loader, Place, faults, places, read_quickly

PIECES = (
    *("a", "b: ", "- ", "{", "}", "[", "]", ", ", ": ", "\n", "\n  ", "\n    ", "'", '"', "#", " #", "| ", "|\n"),
    *("> ", ">-\n", "? ", "! ", "!!str ", "!!int ", "&x ", "*x", "~", "yes", "0x1", "1.5", "2024-01-02", "<<: "),
    *("2024-13-41", "=", "\\n", "\\ud800", "\\0", "é", "😀", "\r\n", "---\n", "...\n", "%YAML 1.1\n", "?", "''"),
    *("key: value\n", "  k: 'it''s'\n", "- {key: a, text: b}\n", ":", "\\", "\t", "\x85", "\u2028", "\ufeff"),
    *("  ", "{a: 1}", "a:b", "a#b"),
)


def lines(place: Place, value: Any) -> Any:
    """All lines of a place that can be reported: those of names, of items, and of values that aren't empty."""
    fields = {name: (line, lines(inside, value[name])) for name, (line, inside) in place.fields.items()}
    items = (
        [(each.line, lines(each, one)) for each, one in zip(place.items, value, strict=True)]
        if place.items
        else []
    )
    return (None if value is None else place.line), place.is_block, items, fields


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join))
@example("- [what?]\n")
@example("- a:\tb\n")
@example("---\n#")
@example("a: |\n  x\nb: [|, {c: 1}]\n")
def test_what_the_quick_reader_takes_has_the_same_values_and_lines_by_pyyamls_own_parser(text: str) -> None:
    found = read_quickly(text)
    if found is None:
        return
    loader = Loader(text)
    node = loader.get_single_node()
    assert node is not None
    assert list(faults(node)) == []
    value = loader.construct_document(node)
    assert repr(found.values) == repr(value)  # by repr: a NaN equals nothing
    assert lines(found.place(), value) == lines(places(node), value)


def test_an_ordinary_file_takes_the_quick_way_whatever_its_line_ends() -> None:
    text = "snippets:\n- {key: a, text: 'Why? Say \"so\".', tags: [x]}\n- key: b\n  max: 6\n  held: yes\n"
    value: dict[str, Any] = {"snippets": [{"key": "a", "text": 'Why? Say "so".', "tags": ["x"]}]}
    value["snippets"].append({"key": "b", "max": 6, "held": True})
    for ends in ("\n", "\r\n"):
        found = read_quickly(text.replace("\n", ends))
        assert found is not None
        assert found.values == value
        assert found.place().fields["snippets"][1].items[1].fields["held"][0] == 5


@pytest.mark.parametrize("text", ["[" * 101 + "]" * 101, "[" * 100_000, "- " * 100_000 + "a"])
def test_a_deeply_nested_text_is_left_to_the_parser_that_can_give_up(text: str) -> None:
    assert read_quickly(text) is None


@pytest.mark.parametrize("text", ["a: 1\na: 2", 'a: "\\0"', "a: &x 1", "a: !!str 1", "1: a", "a: 2024-13-41", ""])
def test_a_text_with_a_fault_or_more_than_plain_values_is_left_to_pyyaml(text: str) -> None:
    assert read_quickly(text) is None


def test_a_place_is_the_last_of_a_name_that_is_merged_and_given() -> None:
    loader = Loader("a:\n  <<: {b: 1}\n  b: 2\n")
    node = loader.get_single_node()
    assert isinstance(node, yaml.Node)
    assert loader.construct_document(node) == {"a": {"b": 2}}
    assert places(node).fields["a"][1].fields["b"][0] == 3
