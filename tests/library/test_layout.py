"""How a library file is laid out: it reads well, and reads back as what it was."""

from __future__ import annotations

import pytest
from hypothesis import given

from library.file import LibraryFile, SnippetEntry
from library.layout import entry_lines, laid_out, scalar, values
from library.yamlfile import check_yaml
from library.yamltree import Loader
from tests.library.entries import NOTES, TRAPS, entries

FULL = SnippetEntry(
    key="zebra",
    text="Answer with one word: yes or no.",
    tags=("format", "polarity"),
    state="vetted",
    rationale="Answers were too long.\n\nSee the notes.",
    group="form",
    requires=("apple",),
    conflicts=("plum", "pear"),
    pin="last",
)
AS_WRITTEN = """snippets:
  - key: zebra
    text: 'Answer with one word: yes or no.'
    state: vetted
    tags: [format, polarity]
    group: form
    requires: [apple]
    conflicts: [plum, pear]
    pin: last
    rationale: |-
      Answers were too long.

      See the notes.
  - key: apple
    text: Ignore the order of the texts.
    state: draft
"""


def test_the_fields_stand_in_one_order_and_those_left_out_are_not_written() -> None:
    apple = SnippetEntry(key="apple", text="Ignore the order of the texts.")
    assert laid_out([FULL, apple]) == AS_WRITTEN


def test_the_fields_are_indented_as_the_list_of_the_file_has_them() -> None:
    assert entry_lines(FULL, 0, 4)[:2] == ["-   key: zebra", "    text: 'Answer with one word: yes or no.'"]


def test_a_long_list_has_a_line_for_each_item() -> None:
    many = FULL.model_copy(update={"requires": tuple(f"other-{n}" for n in range(20))})
    lines = entry_lines(many)
    assert lines[5:8] == ["    requires:", "      - other-0", "      - other-1"]


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("Rate it: low.", "'Rate it: low.'"),
        ("Rate it low.", "Rate it low."),
        ("Say \"no\" (or 'yes').", "Say \"no\" (or 'yes')."),
        ("It's 'x'", "It's 'x'"),
        ("'x' it's", "'''x'' it''s'"),
        ("yes", "'yes'"),
        ("y", "'y'"),
        ("1e3", "'1e3'"),
        ("2024-01-01", "'2024-01-01'"),
        ("1 means low", "1 means low"),
        ("a #b", "'a #b'"),
        ("a#b", "a#b"),
        ("", "''"),
        ("日本語: é", "'日本語: é'"),
        ("a\tb", '"a\\tb"'),
        ("a\u2028b", '"a\\Lb"'),
    ],
)
def test_a_text_is_quoted_only_where_it_would_be_read_as_something_else(text: str, as_written: str) -> None:
    assert scalar(text) == as_written


@given(entries())
def test_what_is_laid_out_reads_back_as_what_it_was_with_either_parser(found: tuple[SnippetEntry, ...]) -> None:
    text = laid_out(found)
    content = check_yaml(text, "file", LibraryFile)
    assert content.accepted().snippets == found
    assert Loader(text).get_single_data() == content.values


@given(NOTES)
def test_whatever_can_be_stored_is_written_on_one_line(text: str) -> None:
    assert "\n" not in scalar(text)
    assert Loader(f"a: {scalar(text)}").get_single_data() == {"a": text}


def test_lines_that_an_editor_would_trim_are_written_with_escapes() -> None:
    for rationale in ("a \nb", " a\nb", "\na", "a\n\n"):
        assert values(FULL.model_copy(update={"rationale": rationale}))["rationale"] == rationale
        assert entry_lines(FULL.model_copy(update={"rationale": rationale}))[-1].endswith('"')


@pytest.mark.parametrize("text", TRAPS)
def test_traps_of_yaml_keep_their_text(text: str) -> None:
    assert Loader(f"- {scalar(text)}\n- x: {scalar(text)} # c").get_single_data() == [text, {"x": text}]
