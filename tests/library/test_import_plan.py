"""What an import does to one snippet: told from the entry and the newest version alone."""

from __future__ import annotations

from typing import Any

import pytest

from library.canonical import text_digest
from library.file import SnippetEntry
from library.import_plan import Conditions, ImportPlan, PlannedSnippet, planned
from library.rejections import Rejection
from library.versions import Current, SnippetVersion
from tests.library.conftest import AT

ENTRY: dict[str, Any] = {"key": "a", "text": "A.", "tags": ("x", "y"), "requires": ("b", "c"), "group": "g"}


def entry(**changes: Any) -> SnippetEntry:
    return SnippetEntry(**{**ENTRY, **changes})


def stored(state: str = "draft", **changes: Any) -> Current:
    """What counts where the second version of the snippet is as `entry` with these changes would have made it."""
    one = version(state, 2, **changes)
    return Current(one, draft=one) if state == "draft" else Current(one, in_force=one)


def version(state: str, number: int, **changes: Any) -> SnippetVersion:
    one = entry(**changes)
    return SnippetVersion(
        id=5 + number,
        key=one.key,
        version=number,
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


FOLLOWED = Current(version("draft", 3, text="B."), version("vetted", 2), version("draft", 3, text="B."))


def test_what_equals_the_version_in_force_is_unchanged_although_a_newer_draft_exists() -> None:
    for asked in ({"state": "vetted"}, {}):
        kind, one = planned(entry(**asked), FOLLOWED)
        assert (kind, one.version, one.state, one.note) == ("unchanged", 2, "vetted", "")


def test_what_equals_the_draft_changes_nothing_or_vets_it() -> None:
    assert planned(entry(text="B."), FOLLOWED)[0] == "unchanged"
    kind, one = planned(entry(text="B.", state="vetted"), FOLLOWED)
    assert (kind, one.version, one.state) == ("promoted", 3, "vetted")
    assert one.note == "in place of v2, vetted: A."


@pytest.mark.parametrize(
    ("state", "old", "note"), [("draft", "B.", ""), ("vetted", "A.", "v3 by Ada stays a draft")]
)
def test_another_draft_follows_the_draft_and_another_vetted_text_the_one_in_force(
    state: str, old: str, note: str
) -> None:
    kind, one = planned(entry(text="C.", state=state), FOLLOWED)
    assert (kind, one.version, one.old_text, one.note) == ("changed", 4, old, note)


def test_what_is_retired_stays_so_although_a_newer_draft_exists() -> None:
    followed = Current(version("draft", 3, text="B."), version("retired", 2), version("draft", 3, text="B."))
    assert planned(entry(state="retired"), followed)[0] == "unchanged"


def test_a_key_whose_drafts_were_all_rejected_begins_anew_under_the_next_number() -> None:
    kind, one = planned(entry(), Current(version("rejected", 2)))
    assert (kind, one.version, one.old_text) == ("added", 3, None)


def test_a_text_that_was_rejected_is_pointed_out_with_its_reason_under_any_key() -> None:
    sha = text_digest("A.")
    before = Rejection(1, "other", 4, "A.", sha, "It misleads.", "Cleo", AT)
    known = Conditions(rejected={sha: before})
    said = "rejected before as other v4 by Cleo: It misleads."
    assert planned(entry(), None, known)[1].note == said
    assert planned(entry(), stored(text="B."), known)[1].note == said
    assert planned(entry(tags=()), stored(), known)[1].note == "same text; tags x, y → none"


@pytest.mark.parametrize("old", [None, stored("vetted", text="B."), stored("vetted", tags=("z",))])
def test_where_nobody_may_vet_alone_what_the_file_vets_waits_as_a_draft(old: Current | None) -> None:
    one = planned(entry(state="vetted"), old, Conditions(alone=False))[1]
    assert (one.state, one.waits) == ("draft", True)
    assert "a draft for now: somebody else has to vet it" in one.note
    assert ImportPlan(added=(one,)).waiting == 1
    assert planned(entry(state="vetted"), old)[1].state == "vetted"


def test_a_draft_is_vetted_by_a_file_only_of_somebody_who_may() -> None:
    kind, one = planned(entry(state="vetted"), stored(), Conditions(False, {7: "you wrote it"}))
    assert (kind, one.state, one.note) == ("unchanged", "draft", "stays a draft: you wrote it")
    assert planned(entry(state="vetted"), stored(), Conditions(False))[0] == "promoted"


def test_a_plan_is_empty_where_nothing_is_to_be_written() -> None:
    one = PlannedSnippet(entry(), "A.", "draft", 2, "draft", 2)
    assert ImportPlan(unchanged=(one,)).is_empty
    for plan in (ImportPlan(added=(one,)), ImportPlan(changed=(one,)), ImportPlan(promoted=(one,))):
        assert not plan.is_empty
