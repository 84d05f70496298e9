"""Importing a library file: what is stored and logged, and what a plan promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from library import log
from library.canonical import text_digest
from library.database import Database
from library.drafts import Draft, write_draft
from library.errors import Refused
from library.file import read_file
from library.importing import import_file, plan_import
from library.snippets import list_versions, show, version, vetted
from library.tables import SnippetVersionRow
from library.vetting import allow_alone, reject
from tests.databases import refuse_rows
from tests.library.conftest import AT, TWO, Stored, keys
from tests.library.curating import curators
from tests.library.queries import statements


def test_an_import_stores_each_snippet_as_written(session: Session, stored: Stored) -> None:
    plan = stored(TWO)
    assert keys(plan.added) == ["zebra", "apple"]
    zebra, apple = list_versions(session)
    assert (zebra.key, zebra.version, zebra.text, zebra.state) == (
        "zebra",
        1,
        "Answer with one word.",
        "vetted",
    )
    assert (zebra.tags, zebra.group, zebra.rationale) == (
        ("format", "polarity"),
        "form",
        "answers were too long",
    )
    assert (zebra.sha256, zebra.author, zebra.created_at) == (text_digest(zebra.text), "Ada", AT)
    assert (apple.state, apple.tags, apple.group, apple.rationale) == ("draft", (), None, "")
    assert version(session, zebra.id) == zebra


def test_the_same_file_again_changes_nothing(session: Session, stored: Stored) -> None:
    stored(TWO)
    plan = stored(TWO)
    assert plan.is_empty
    assert [each.note for each in plan.unchanged] == ["", ""]
    assert len(log.entries(session)) == 2


def test_another_text_makes_a_new_version_and_keeps_the_old(session: Session, stored: Stored) -> None:
    stored(TWO)
    plan = stored(TWO.replace("one word", "one short word"))
    (changed,) = plan.changed
    assert (changed.old_text, changed.text) == ("Answer with one word.", "Answer with one short word.")
    assert [(each.version, each.text) for each in show(session, "zebra")] == [
        (2, "Answer with one short word."),
        (1, "Answer with one word."),
    ]


def test_vetting_a_known_draft_changes_its_state_alone(session: Session, stored: Stored) -> None:
    stored(TWO)
    plan = stored(TWO + "  state: vetted\n")
    assert keys(plan.promoted) == ["apple"]
    (apple,) = show(session, "apple")
    assert (apple.state, apple.version) == ("vetted", 1)
    assert log.entries(session, "snippet:apple")[-1].action == "vetted"


@pytest.mark.parametrize("state", ["vetted", "retired"])
def test_an_import_never_takes_a_state_back(session: Session, stored: Stored, state: str) -> None:
    stored(TWO)
    for row in session.exec(select(SnippetVersionRow)):
        if row.state != state:
            row.state = state
    for asked in ("draft", "vetted"):
        plan = stored(f"snippets: [{{key: apple, text: Ignore the order of the texts., state: {asked}}}]")
        assert plan.is_empty
        assert (f"stays {state}" in plan.unchanged[0].note) == (asked != state)
        assert show(session, "apple")[0].state == state


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("[format, polarity]", "[format]", "same text; tags format, polarity → format"),
        ("group: form", "group: style", "same text; group form → style"),
        ("  group: form\n", "", "same text; group form → none"),
        ("group: form", "group: form\n  requires: [apple]", "same text; requires none → apple"),
        ("group: form", "group: form\n  conflicts: [apple]", "same text; conflicts none → apple"),
        ("group: form", "group: form\n  pin: last", "same text; pin none → last"),
        ("  group: form\n", "  pin: first\n", "same text; group form → none; pin none → first"),
        ("one word.\n", "no word.\n  pin: last\n", "pin none → last"),
    ],
)
def test_other_rules_or_tags_make_a_new_version_and_say_which(
    session: Session, stored: Stored, old: str, new: str, note: str
) -> None:
    stored(TWO)
    before = show(session, "zebra")[0]
    edited = TWO.replace(old, new, 1)
    plan = stored(edited)
    (changed,) = plan.changed
    assert keys(plan.unchanged) == ["apple"]
    assert (changed.key, changed.version, changed.note) == ("zebra", 2, note)
    assert show(session, "zebra")[1] == before
    assert stored(edited).is_empty
    assert log.entries(session, "snippet:zebra")[-1].detail["changes"] == note


def test_rules_are_stored_with_the_version_that_brought_them(session: Session, stored: Stored) -> None:
    stored(TWO)
    stored(
        TWO.replace("group: form", "requires: [apple]\n  conflicts: [zoo]\n  pin: last") + "- {key: zoo, text: Z.}"
    )
    newest, first = show(session, "zebra")
    assert (newest.requires, newest.conflicts, newest.pin, newest.group) == (("apple",), ("zoo",), "last", None)
    assert newest.rules == ("requires apple", "conflicts with zoo", "pinned last")
    assert (first.requires, first.conflicts, first.pin, first.rules) == ((), (), None, ("group form",))


def test_the_order_in_which_tags_and_keys_are_named_does_not_count(session: Session, stored: Stored) -> None:
    both = "- {key: c, text: C., tags: [x, y], requires: [zebra, apple]}\n"
    stored(TWO + both)
    assert stored(TWO + both.replace("x, y", "y, x").replace("zebra, apple", "apple, zebra")).is_empty


def test_a_changed_rule_has_to_be_vetted_like_a_changed_text(session: Session, stored: Stored) -> None:
    stored("snippets: [{key: a, text: A., state: vetted}]")
    stored("snippets: [{key: a, text: A., pin: last}]")
    assert [(each.version, each.pin) for each in vetted(session, [])] == [(1, None)]
    plan = stored("snippets: [{key: a, text: A., pin: last, state: vetted}]")
    assert keys(plan.promoted) == ["a"]
    assert [(each.version, each.pin) for each in vetted(session, [])] == [(2, "last")]


def test_a_rationale_alone_makes_no_version_and_that_is_said(session: Session, stored: Stored) -> None:
    stored(TWO)
    (zebra, _) = stored(TWO.replace("answers were too long", "another")).unchanged
    assert "keeps its rationale" in zebra.note


def test_a_rule_may_name_what_the_file_or_the_library_has(session: Session, stored: Stored) -> None:
    stored(TWO)
    stored("snippets: [{key: a, text: A., requires: [b], conflicts: [zebra]}, {key: b, text: B., requires: [a]}]")
    assert show(session, "a")[0].requires == ("b",)


def test_a_snippet_of_the_library_can_not_be_made_impossible_by_a_file_that_leaves_it_out(
    session: Session, stored: Stored
) -> None:
    stored(TWO + "  requires: [zebra]\n")
    with pytest.raises(Refused, match=r"'apple' can be in no prompt.*field snippets\[1\]\.conflicts"):
        stored(
            "snippets: [{key: other, text: O.}, "
            "{key: zebra, text: Answer with one word., state: vetted, conflicts: [apple]}]"
        )
    assert len(show(session, "zebra")) == 1


def test_each_change_is_logged_with_who_when_and_why(session: Session, stored: Stored) -> None:
    stored(TWO)
    zebra, apple = log.entries(session)
    assert (zebra.who, zebra.at, zebra.action) == ("Ada", AT, "added")
    assert (zebra.subject, zebra.why) == ("snippet:zebra", "answers were too long")
    assert zebra.detail["sha256"] == text_digest("Answer with one word.")
    assert apple.why == "import of library.yaml"
    assert log.first_broken(session) is None


def test_every_problem_is_listed_and_nothing_is_stored(session: Session, stored: Stored) -> None:
    stored(TWO)
    with pytest.raises(Refused) as caught:
        stored(
            "snippets:\n- {key: new, text: New.}\n- {key: zebra, text: Changed.}\n"
            "- {key: zebra, text: Again.}\n- {key: bad, text: ''}\n- {key: worse, text: A., colour: red}\n"
        )
    assert [problem.split("library.yaml, ")[1].split(":")[0] for problem in caught.value.problems] == [
        "line 4, field snippets[2].key",
        "line 5, field snippets[3].text",
        "line 6, field snippets[4].colour",
    ]
    assert keys(list_versions(session)) == ["zebra", "apple"]
    assert len(show(session, "zebra")) == 1
    assert len(log.entries(session)) == 2


def test_a_failure_midway_stores_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "library.yaml"
    path.write_text(TWO)
    with database.session() as session:
        refuse_rows(session, "log", "full")
    with pytest.raises(DBAPIError, match="full"), database.session() as session:
        import_file(session, path, by="Ada", at=AT)
    with database.session() as session:
        assert list_versions(session) == ()


def test_a_plan_writes_nothing_and_is_what_the_import_does(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "library.yaml"
    path.write_text(TWO)
    plan = plan_import(session, path, by="Ada")
    assert list_versions(session) == ()
    assert import_file(session, path, by="Ada", at=AT, expected=plan) == plan


def test_a_file_that_changed_since_its_plan_is_refused(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "library.yaml"
    path.write_text(TWO)
    plan = plan_import(session, path, by="Ada")
    path.write_text(TWO.replace("one word", "no word"))
    with pytest.raises(Refused, match="changed meanwhile"):
        import_file(session, path, by="Ada", at=AT, expected=plan)
    assert list_versions(session) == ()


def test_a_file_read_before_is_what_is_planned_and_stored(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "library.yaml"
    path.write_text(TWO)
    file = read_file(path)
    path.write_text(TWO.replace("one word", "no word"))
    plan = plan_import(session, file, by="Ada")
    assert import_file(session, file, by="Ada", at=AT, expected=plan) == plan
    assert show(session, "zebra")[0].text == "Answer with one word."


def test_a_library_that_changed_since_the_plan_is_refused(
    session: Session, stored: Stored, tmp_path: Path
) -> None:
    path = tmp_path / "agreed.yaml"
    path.write_text(TWO)
    file = read_file(path)
    plan = plan_import(session, file, by="Ada")
    stored("snippets: [{key: apple, text: Another.}]")
    with pytest.raises(Refused, match="changed meanwhile"):
        import_file(session, file, by="Ada", at=AT, expected=plan)
    assert keys(list_versions(session)) == ["apple"]


def many(count: int, state: str) -> str:
    rows = [f"- {{key: k-{number}, text: No. {number}., state: {state}}}\n" for number in range(count)]
    return "".join(["snippets:\n", *rows])


def test_a_long_file_takes_few_statements_to_store_and_to_vet(session: Session, stored: Stored) -> None:
    stored(TWO)
    with statements(session) as few:
        stored(many(2, "draft"))
    with statements(session) as sent:
        plan = stored(many(900, "draft"))
    assert keys(plan.added) == [f"k-{number}" for number in range(2, 900)]
    assert len(sent) == len(few)
    with statements(session) as sent:
        assert len(stored(many(900, "vetted")).promoted) == 900
    assert len(sent) <= len(few) + 1
    assert [each.state for each in list_versions(session)] == ["vetted", "draft", *["vetted"] * 900]
    assert keys(list_versions(session))[-1] == "k-899"
    assert [entry.subject for entry in log.entries(session)][2:902] == [f"snippet:k-{n}" for n in range(900)]
    assert log.first_broken(session) is None


def test_where_people_sign_in_a_vetted_entry_waits_for_somebody_else_than_who_imports(
    session: Session, tmp_path: Path
) -> None:
    curators(session)
    file = tmp_path / "library.yaml"
    file.write_text(TWO, encoding="utf-8")
    plan = plan_import(session, file, by="Ben")
    assert (plan.waiting, plan.added[0].state) == (1, "draft")
    import_file(session, file, by="Ben", at=AT, expected=plan)
    assert vetted(session, []) == ()
    again = plan_import(session, file, by="Ben")
    assert again.is_empty
    assert again.unchanged[0].note == "stays a draft: you wrote it"
    assert keys(import_file(session, file, by="Cleo", at=AT).promoted) == ["zebra"]
    assert keys(vetted(session, [])) == ["zebra"]


def test_what_comes_with_the_product_is_vetted_already(session: Session, tmp_path: Path) -> None:
    curators(session)
    file = tmp_path / "library.yaml"
    file.write_text(TWO, encoding="utf-8")
    import_file(session, file, by="Ben", at=AT, shipped=True)
    assert keys(vetted(session, [])) == ["zebra"]


def test_where_one_may_vet_alone_a_vetted_entry_is_vetted(session: Session, tmp_path: Path) -> None:
    curators(session)
    allow_alone(session, True, by="Ada", at=AT, reason="We are few.")
    file = tmp_path / "library.yaml"
    file.write_text(TWO, encoding="utf-8")
    assert import_file(session, file, by="Ben", at=AT).waiting == 0
    assert keys(vetted(session, [])) == ["zebra"]


def test_an_open_draft_does_not_make_what_is_in_force_new(session: Session, stored: Stored) -> None:
    stored(TWO)
    write_draft(session, Draft("zebra", "Answer with a word.", tags=("format",)), by="Ada", at=AT)
    assert stored(TWO).is_empty
    assert [one.state for one in show(session, "zebra")] == ["draft", "vetted"]


def test_the_text_of_a_rejected_draft_comes_back_under_a_new_number_and_with_its_reason(
    session: Session, stored: Stored
) -> None:
    stored(TWO)
    reject(session, show(session, "apple")[0].id, reason="It is not clear.", by="Ada", at=AT)
    (apple,) = stored(TWO).added
    assert (apple.version, apple.note) == (2, "rejected before as apple v1 by Ada: It is not clear.")
    assert [one.state for one in show(session, "apple")] == ["draft", "rejected"]
