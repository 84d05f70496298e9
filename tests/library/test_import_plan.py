"""What an import does to one snippet: told from the entry and the newest version alone."""

from __future__ import annotations

from typing import Any

import pytest

from library.canonical import text_digest
from library.file import SnippetEntry
from library.import_plan import ImportPlan, PlannedSnippet, planned
from library.versions import SnippetVersion
from tests.library.conftest import AT

ENTRY: dict[str, Any] = {"key": "a", "text": "A.", "tags": ("x", "y"), "requires": ("b", "c"), "group": "g"}


def entry(**changes: Any) -> SnippetEntry:
    return SnippetEntry(**{**ENTRY, **changes})


def stored(state: str = "draft", **changes: Any) -> SnippetVersion:
    """The second version of the snippet, as `entry` with these changes would have made it."""
    one = entry(**changes)
    return SnippetVersion(
        id=7,
        key=one.key,
        version=2,
        text=one.text,
        sha256=text_digest(one.text),
        state=state,
        tags=one.tags,
        group=one.group,
        rationale=one.rationale,
        author="Ada",
        created_at=AT,
        requires=one.requires,
        conflicts=one.conflicts,
        pin=one.pin,
    )


def test_a_new_key_is_added_as_its_first_version() -> None:
    kind, one = planned(entry(state="vetted"), None)
    assert (kind, one.version, one.state) == ("added", 1, "vetted")
    assert (one.old_text, one.old_state, one.old_version, one.note) == (None, None, None, "")


def test_another_text_makes_the_next_version_in_the_state_that_is_asked_for() -> None:
    kind, one = planned(entry(text="B."), stored("vetted"))
    assert (kind, one.version, one.state, one.note) == ("changed", 3, "draft", "")
    assert (one.old_text, one.text, one.old_state, one.old_version) == ("A.", "B.", "vetted", 2)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"tags": ("x",)}, "same text; tags x, y → x"),
        ({"group": None, "pin": "last"}, "same text; group g → none; pin none → last"),
        ({"requires": ("b",), "conflicts": ("c",)}, "same text; requires b, c → b; conflicts none → c"),
        ({"text": "B.", "pin": "first"}, "pin none → first"),
    ],
)
def test_another_rule_or_tag_makes_the_next_version_and_is_named(changes: dict[str, Any], note: str) -> None:
    kind, one = planned(entry(**changes), stored())
    assert (kind, one.version, one.note) == ("changed", 3, note)


def test_the_order_of_tags_and_keys_changes_nothing() -> None:
    kind, one = planned(entry(tags=("y", "x"), requires=("c", "b")), stored())
    assert (kind, one.version, one.note) == ("unchanged", 2, "")


@pytest.mark.parametrize(
    ("was", "asked", "kind", "state"),
    [
        ("draft", "vetted", "promoted", "vetted"),
        ("draft", "draft", "unchanged", "draft"),
        ("vetted", "draft", "unchanged", "vetted"),
        ("retired", "draft", "unchanged", "retired"),
        ("retired", "vetted", "unchanged", "retired"),
    ],
)
def test_a_state_only_moves_from_draft_to_vetted(was: str, asked: str, kind: str, state: str) -> None:
    found, one = planned(entry(state=asked), stored(was))
    assert (found, one.state, one.version) == (kind, state, 2)
    assert (f"stays {state}" in one.note) == (state != asked)


def test_a_state_that_is_not_written_is_not_missed() -> None:
    assert planned(entry(), stored("vetted"))[1].note == ""


def test_a_rationale_alone_is_not_taken_over_and_that_is_noted() -> None:
    kind, one = planned(entry(rationale="Another."), stored(rationale="One."))
    assert kind == "unchanged"
    assert one.note == "keeps its rationale: only another text, rule or tag makes a new version"


def test_a_plan_is_empty_where_nothing_is_to_be_written() -> None:
    one = PlannedSnippet(entry(), "A.", "draft", 2, "draft", 2)
    assert ImportPlan(unchanged=(one,)).is_empty
    for plan in (ImportPlan(added=(one,)), ImportPlan(changed=(one,)), ImportPlan(promoted=(one,))):
        assert not plan.is_empty
