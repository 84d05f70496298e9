"""A library file: what is read of it, and what it is refused for, at which line and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from library.errors import Refused
from library.feasibility import Links, with_required
from library.file import SnippetEntry, read_file
from tests.library.rules import impossible, libraries

Read = Callable[[str], tuple[SnippetEntry, ...]]
KNOWN = {"zebra": Links("form"), "apple": Links()}


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a library file with this content, where the library has the snippets zebra and apple."""
    path = tmp_path / "library.yaml"

    def read(content: str) -> tuple[SnippetEntry, ...]:
        path.write_text(content, encoding="utf-8")
        return read_file(path).entries(KNOWN)

    return read


def chain(length: int, *, of: str = "c") -> str:
    """Snippets that require one another, each the next; the last one requires nothing."""
    rows = [f"- {{key: {of}-{number}, text: A., requires: [{of}-{number + 1}]}}" for number in range(length - 1)]
    return "\n".join(["snippets:", *rows, f"- {{key: {of}-{length - 1}, text: A.}}", ""])


def yaml_of(library: dict[str, Links]) -> str:
    """The library file of snippets with these links."""
    lines = [
        f"- {{key: {key}, text: A., group: {links.group or 'null'}, requires: {sorted(links.requires)}, "
        f"conflicts: {sorted(links.conflicts)}}}"
        for key, links in library.items()
    ]
    return "\n".join(["snippets:", *lines, ""])


def test_entries_come_in_the_order_of_the_file_with_what_was_written(read: Read) -> None:
    first, second = read("snippets:\n- {key: b, text: B., tags: [x], pin: last}\n- {key: a, text: A.}\n")
    assert (first.key, first.text, first.tags, first.pin, first.state) == ("b", "B.", ("x",), "last", "draft")
    assert (second.key, second.rationale, second.group, second.requires) == ("a", "", None, ())


@pytest.mark.parametrize(
    ("entries", "line", "field", "what"),
    [
        ("{key: a, text: A., requires: [a]}", 2, "snippets[0].requires", "itself"),
        ("{key: a, text: A., conflicts: [a]}", 2, "snippets[0].conflicts", "itself"),
        ("{key: a, text: A., requires: [zebra, zebra]}", 2, "snippets[0].requires", "twice"),
        (
            "{key: a, text: A., requires: [zebra], conflicts: [apple, zebra]}",
            2,
            "conflicts",
            "'zebra', which it req",
        ),
        ("{key: a, text: A., requires: [apple, zbra]}", 2, "snippets[0].requires[1]", "no snippet 'zbra'"),
        ("{key: a, text: A.}\n- {key: b, text: B., conflicts: [gone]}", 3, "conflicts[0]", "no snippet 'gone'"),
        ("{key: a, text: A., requires: zebra}", 2, "snippets[0].requires", "must be a list"),
        ("{key: a, text: A., requires: [Not a key]}", 2, "snippets[0].requires[0]", "no snippet 'Not a key'"),
        ("{key: a, text: A., pin: middle}", 2, "snippets[0].pin", "'middle'"),
        (
            "{key: a, text: A., requires: [b]}\n- {key: b, text: B., requires: [c]}\n"
            "- {key: c, text: C., conflicts: [a]}",
            2,
            "snippets[0].requires",
            "'a' can be in no prompt: it requires 'c', and 'c' conflicts with 'a'",
        ),
        (
            "{key: b, text: B., group: form}\n- {key: a, text: A., requires: [zebra, b]}",
            3,
            "snippets[1].requires",
            "'a' can be in no prompt: it requires 'b' and 'zebra', and 'b' and 'zebra' are both of group 'form'",
        ),
    ],
)
def test_a_rule_that_can_not_be_kept_is_refused_with_its_place(
    read: Read, entries: str, line: int, field: str, what: str
) -> None:
    with pytest.raises(Refused) as caught:
        read(f"snippets:\n- {entries}\n")
    assert f"library.yaml, line {line}" in caught.value.where
    assert field in caught.value.where
    assert what in caught.value.what


@pytest.mark.parametrize(
    ("entry", "line", "field", "what"),
    [
        ("{key: ok, text: A., colour: red}", 2, "snippets[0].colour", "unknown field"),
        ("{key: ok, text: A., text: B.}", 2, "snippets[0].text", "given twice"),
        ("{key: ok, text: ''}", 2, "snippets[0].text", "is empty"),
        ("{key: ok, text: '  '}", 2, "snippets[0].text", "is empty"),
        ('{key: ok, text: "one\\ntwo"}', 2, "snippets[0].text", "more than one line"),
        ("{key: ok}", 2, "snippets[0].text", "missing"),
        ("{key: Not ok, text: A.}", 2, "snippets[0].key", "'Not ok'"),
        ('{key: "ok\\n", text: A.}', 2, "snippets[0].key", "pattern"),
        ("{key: ok, text: A., state: gone}", 2, "snippets[0].state", "'gone'"),
        ("{key: ok, text: A., tags: [a, a]}", 2, "snippets[0].tags", "twice"),
        ("{key: ok, text: A., tags: [A B]}", 2, "snippets[0].tags[0]", "'A B'"),
        ("{key: ok, text: Use {{snippets}}.}", 2, "", "not valid YAML"),
        ("{key: ok, text: 'Use {{snippets}}.'}", 2, "snippets[0].text", "slot marker"),
    ],
)
def test_a_bad_entry_is_refused_with_its_place(read: Read, entry: str, line: int, field: str, what: str) -> None:
    with pytest.raises(Refused) as caught:
        read(f"snippets:\n- {entry}\n- {{key: good, text: Good.}}\n")
    assert f"library.yaml, line {line}" in caught.value.where
    assert field in caught.value.where
    assert what in caught.value.what


def test_text_on_two_lines_is_refused_as_a_block_too(read: Read) -> None:
    with pytest.raises(Refused, match=r"more than one line .*line 3, field snippets\[0\]\.text"):
        read("snippets:\n- key: ok\n  text: |-\n    one\n    two\n")


@pytest.mark.parametrize("content", ["", "snippets: []", "snippets:", "other: 1"])
def test_a_file_without_snippets_is_refused(read: Read, content: str) -> None:
    with pytest.raises(Refused):
        read(content)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(known=libraries(), own=libraries())
def test_a_file_is_refused_just_where_it_has_a_part_in_a_snippet_that_is_impossible_or_names_none_there_is(
    tmp_path: Path, known: dict[str, Links], own: dict[str, Links]
) -> None:
    library = {**known, **own}
    refused = any(not links.requires | links.conflicts <= library.keys() for links in own.values()) or any(
        not own.keys().isdisjoint(with_required(library, [key])) for key in impossible(library)
    )
    path = tmp_path / "library.yaml"
    path.write_text(yaml_of(own or {"x": Links()}))
    if not refused:
        assert [entry.key for entry in read_file(path).entries(known)] == list(own or "x")
        return
    with pytest.raises(Refused, match="line"):
        read_file(path).entries(known)


def test_a_chain_too_long_for_any_prompt_is_one_problem_where_it_becomes_too_long(read: Read) -> None:
    with pytest.raises(Refused) as caught:
        read(chain(5_000))
    assert caught.value.problems == ()
    assert "line 4951, field snippets[4949].requires" in caught.value.where
    assert caught.value.what == (
        "'c-4949' can be in no prompt: it requires 50 others or more, directly or through 'c-4950'; "
        "nor can 4,949 others, such as 'c-0', which require it"
    )


def test_what_requires_an_impossible_snippet_is_told_with_it(read: Read) -> None:
    with pytest.raises(Refused, match="; nor can 'top', which requires it") as caught:
        read(
            "snippets:\n- {key: top, text: A., requires: [bad]}\n- {key: bad, text: A., requires: [one, two]}\n"
            "- {key: one, text: A., group: g}\n- {key: two, text: A., group: g}\n"
        )
    assert "line 3, field snippets[1].requires" in caught.value.where


def test_a_key_there_is_not_is_one_problem_however_many_rules_name_it(read: Read) -> None:
    rows = "".join(f"- {{key: k-{number}, text: A., requires: [apple, gone]}}\n" for number in range(30))
    with pytest.raises(Refused, match=r"no snippet 'gone', .*; 29 more rules name it") as caught:
        read(f"snippets:\n{rows}")
    assert "line 2, field snippets[0].requires[1]" in caught.value.where


def test_a_file_wrong_by_itself_is_refused_without_the_library_unless_it_names_what_that_may_have(
    tmp_path: Path,
) -> None:
    path = tmp_path / "library.yaml"
    for content, alone in (
        (chain(60), True),
        (chain(60) + "- {key: x, text: A., conflicts: [apple]}\n", False),
        ("snippets: [{key: a, text: ''}]", True),
        ("snippets: [{key: a, text: '', requires: [apple]}]", False),
        ("snippets: [{key: a, text: A.}]", False),
    ):
        path.write_text(content)
        if alone:
            with pytest.raises(Refused):
                read_file(path).check_by_itself()
        else:
            read_file(path).check_by_itself()
