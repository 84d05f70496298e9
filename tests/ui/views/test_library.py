from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.registry.tasks import get_task
from library.database import Database
from library.drafts import Draft, write_draft
from library.people import add_person
from library.retiring import retire
from library.snippets import show
from library.vetting import reject
from tests.composer.curation.searches import store_search
from tests.ui.pages import Open, plain_text, seen

GOOD = b"""snippets:
  - {key: json-alone, text: "Write JSON only.", state: vetted, tags: [relatedness]}
  - {key: brand-new, text: "Compare <places> and **people**.", tags: [relatedness]}
"""


def test_an_empty_library_takes_a_file(home: Home, visit: Open) -> None:
    app = visit(home, "library")
    assert "The library is empty" in seen(app)
    assert app.file_uploader


def test_the_link_holds_filter_and_open_snippet(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", library="doubt", snippet="lean-low")
    assert list(app.dataframe[0].value["key"]) == ["lean-low", "lean-high"]
    assert "&lt;b&gt;Most&lt;/b&gt; pairs are *unrelated*." in seen(app)


def test_a_snippet_names_the_prompts_it_is_in(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "library", snippet="irony"))
    assert 'href="prompts?task=polarity&amp;target=qwen2.5-coder-0.5b"' in shown


def test_an_unknown_snippet_is_refused_with_near_ones(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", snippet="lean-lo")
    assert "Did you mean lean-low" in app.error[0].value.replace("\\", "")


def test_an_import_is_shown_first_and_stored_when_agreed_to(furnished: Home, visit: Open, rows: Database) -> None:
    app = visit(furnished, "library", part="import")
    app.file_uploader[0].upload("more.yaml", GOOD).run()
    shown = seen(app)
    assert "± changed" in shown
    assert "Compare &lt;places&gt; and **people**." in shown
    assert "<del>" in shown
    assert "<ins>" in shown
    with rows.session() as session:
        assert len(show(session, "json-alone")) == 1
    app.button(key="import").click().run()
    assert not app.exception
    with rows.session() as session:
        assert [one.version for one in show(session, "json-alone")] == [2, 1]
        assert show(session, "brand-new")[0].state == "draft"


def test_a_changed_rule_is_shown_before_it_is_stored_and_with_the_snippet(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", part="import")
    ruled = b"""snippets:
  - key: lean-high
    text: When in doubt, take the higher one.
    state: vetted
    tags: [relatedness]
    conflicts: [lean-low]
    pin: last
"""
    app.file_uploader[0].upload("ruled.yaml", ruled).run()
    assert "same text; conflicts none → lean-low; pin none → last" in seen(app)
    app.button(key="import").click().run()
    shown = seen(visit(furnished, "library", snippet="lean-high"))
    assert "conflicts with lean-low<br>pinned last" in shown
    assert [*visit(furnished, "library", library="pinned").dataframe[0].value["key"]] == ["lean-high"]


def test_every_problem_of_a_bad_file_is_listed_and_nothing_offered(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", part="import")
    app.file_uploader[0].upload("bad.yaml", b"snippets:\n  - {key: Bad Key, text: ''}\n").run()
    said = app.error[0].value.replace("\\", "")
    assert "bad.yaml" in said
    assert "/tmp" not in said
    assert "key" in said
    assert "text" in said
    assert not [button for button in app.button if button.key == "import"]


@pytest.fixture
def drafts(rows: Database) -> Database:
    """The furnished home with a draft beside what is in force, one rejected and one retired snippet."""
    at = datetime.now(UTC)
    with rows.session() as session:
        write_draft(
            session, Draft("lean-low", "Take the lower of two ratings.", ("relatedness",)), by="Ben", at=at
        )
        turned_down = write_draft(session, Draft("cats", "Cats rate 5."), by="Ben", at=at)
        reject(session, turned_down.id, reason="An example, no rule.", by="Ada", at=at)
        retire(session, "be-careful", reason="It says nothing.", by="Ada", at=at)
    return rows


def keys(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["key"]) if app.dataframe else []


def said(app: AppTest) -> str:
    """What the last act did, without the escapes of Markdown."""
    return "".join(one.value for one in app.markdown).replace("\\", "")


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ({"state": "draft"}, ["lean-low", "think-twice"]),
        ({"state": "waits for me"}, ["lean-low", "think-twice"]),
        ({"state": "rejected"}, ["cats"]),
        ({"state": "retired"}, ["be-careful"]),
        ({"state": "vetted", "task": "polarity"}, ["irony", "to-the-end"]),
        ({"state": "vetted", "tag": "relatedness"}, ["people-anchors", "json-alone", "lean-low", "lean-high"]),
        ({"author": "Ben"}, ["cats"]),
        ({"library": "json nothing"}, ["json-alone"]),
        ({"sort": "key", "tag": "polarity"}, ["be-careful", "irony", "to-the-end"]),
    ],
)
def test_the_filter_line_narrows_the_rows_and_stands_in_the_link(
    furnished: Home, drafts: Database, visit: Open, link: dict[str, str], found: list[str]
) -> None:
    assert keys(visit(furnished, "library", **link)) == found


def test_a_row_has_what_the_snippet_is_worth_and_who_carries_it(furnished: Home, visit: Open) -> None:
    shown = visit(furnished, "library", worth="polarity → qwen2.5-coder-0.5b").dataframe[0].value.set_index("key")
    assert shown.loc["irony", "worth"] > 0
    # Right on eight more of the same sixteen examples.
    assert shown.loc["irony", "95%"].endswith("] better")
    assert (shown.loc["irony", "in prompts"], shown.loc["irony", "picked"]) == (1, 1)
    assert shown["worth"].isna()["people-anchors"]
    best = visit(furnished, "library", sort="worth")
    assert best.dataframe[0].value["worth"].notna().iloc[0]


def test_a_draft_beside_what_is_in_force_is_named_in_its_row(
    furnished: Home, drafts: Database, visit: Open
) -> None:
    app = visit(furnished, "library", snippet="lean-low")
    states = app.dataframe[0].value.set_index("key")["state"]
    assert states["lean-low"] == "● vetted · draft v2 waits"
    assert states["cats"] == "⊘ rejected"
    assert "An example, no rule. (Ada)" in seen(visit(furnished, "library", snippet="cats", state="rejected"))


def test_nothing_that_waits_is_explained(furnished: Home, drafts: Database, visit: Open) -> None:
    with drafts.session() as session:
        add_person(session, "Ada", "ada@example.org", ("admin",), by="Ada", at=datetime.now(UTC))
    app = visit(furnished, "library", state="waits for me")
    assert not keys(app)
    assert "No draft waits for you" in seen(app)
    everything = visit(furnished, "library", state="draft")
    everything.checkbox(key="every-row").check().run()
    assert everything.button(key="vet").disabled
    assert "2 you can't: people sign in here" in plain_text(everything)


def test_all_that_fit_are_tagged_at_once_and_the_message_takes_it_back(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = visit(furnished, "library", tag="polarity")
    assert "tick rows" in seen(app)
    app.checkbox(key="every-row").check().run()
    app.multiselect(key="add-tags").set_value(["relatedness"])
    app.button(key="change-tags").click().run()
    assert not app.exception
    assert "Changed the tags of 3 snippets." in said(app)
    with rows.session() as session:
        assert show(session, "irony")[0].tags == ("polarity", "relatedness")
    app.button(key="undo-last").click().run()
    with rows.session() as session:
        assert [(one.state, one.tags[0]) for one in show(session, "irony")] == [
            ("rejected", "polarity"),
            ("vetted", "polarity"),
        ]
    assert "Undone: the change of tags" in said(app)


def test_no_tag_is_refused_and_drafts_are_vetted_at_once(furnished: Home, drafts: Database, visit: Open) -> None:
    app = visit(furnished, "library", state="draft")
    app.checkbox(key="every-row").check().run()
    app.button(key="change-tags").click().run()
    assert "No tag is chosen" in app.error[0].value
    app.button(key="vet").click().run()
    assert not app.exception
    with drafts.session() as session:
        assert {show(session, key)[0].state for key in ("lean-low", "think-twice")} == {"vetted"}


def test_snippets_are_retired_with_a_reason_after_their_prompts_are_listed(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = visit(furnished, "library", library="irony")
    app.checkbox(key="every-row").check().run()
    assert "1 prompt in use will be stale, and not exported any more: release 1 (polarity" in plain_text(app)
    app.button(key="retire-irony").click().run()
    assert "A retirement needs a reason" in app.error[0].value
    app.text_input(key="retire-reason-irony").set_value("It misleads.")
    app.button(key="retire-irony").click().run()
    assert not app.exception
    assert "Release 1, " in seen(app)
    assert [one.label for one in app.button if one.key == "queue-1"] == ["Queue a new run"]
    app.button(key="undo-last").click().run()
    with rows.session() as session:
        assert show(session, "irony")[0].state == "vetted"


def test_dead_weight_has_its_own_link_and_says_what_was_tried_too_little(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", part="dead weight")
    assert "Never helped" in seen(app)
    assert "not tried enough to say" in app.expander[0].label


def test_what_never_helped_is_retired_for_the_reason_that_its_evidence_gives(
    furnished: Home, visit: Open, rows: Database
) -> None:
    little = (-0.001, -0.02, 0.02, 4)
    with rows.session() as session:
        task = get_task(session, "polarity")
        for number in range(10, 15):
            store_search(session, number, {"be-careful": little}, of=task, target="qwen2.5-coder-0.5b")
    app = visit(furnished, "library", part="dead weight")
    assert "picked by none of " in seen(app)
    reason = app.text_input(key="retire-reason-0be-careful")
    assert reason.value.startswith("Never helped: picked by none of ")
    app.button(key="retire-0be-careful").click().run()
    assert not app.exception
    with rows.session() as session:
        assert show(session, "be-careful")[0].state == "retired"
    assert "Retired: be-careful." in said(app)
    assert "picked by none of " not in seen(app)


def test_a_new_draft_is_written_with_lint_beside_it_and_opened_among_the_drafts(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = visit(furnished, "library", part="new draft")
    next(one for one in app.text_input if one.label == "Text").set_value("Sarcasm turns the rating round.").run()
    next(one for one in app.button if one.label == "Save the draft").click().run()
    assert not app.exception, app.exception
    assert app.query_params["state"] in ("draft", ["draft"])
    key = keys(app)[-1]
    with rows.session() as session:
        assert show(session, key)[0].text == "Sarcasm turns the rating round."
    assert "Draft saved" in "".join(one.value for one in app.success)


def test_a_first_draft_is_written_where_the_library_is_empty(home: Home, visit: Open) -> None:
    app = visit(home, "library", part="new draft")
    assert "The library is empty" in seen(app)
    assert [one.label for one in app.button if one.label == "Save the draft"]


def test_drafts_wait_for_those_who_may_vet_them(furnished: Home, drafts: Database, visit: Open) -> None:
    with drafts.session() as session:
        for name, role in (("Ben", "curator"), ("Vera", "viewer")):
            add_person(
                session, name, f"{name.lower()}@example.org", (role,), by="Ada (local)", at=datetime.now(UTC)
            )
    app = visit(furnished, "library", state="waits for me")
    app.user = {"is_logged_in": True, "email": "ben@example.org", "email_verified": True, "exp": 2**40}
    assert keys(app.run()) == ["think-twice"]
    app.user = {"is_logged_in": True, "email": "vera@example.org", "email_verified": True, "exp": 2**40}
    assert not keys(app.run())
    app.query_params["state"] = "draft"
    app.run().checkbox(key="every-row").check().run()
    assert "You are not a curator." in plain_text(app)
    assert not [one for one in app.button if one.key == "vet" and not one.disabled]
