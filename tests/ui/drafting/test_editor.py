from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from library.database import Database
from library.drafts import Draft, Origin, origins, write_draft
from library.people import add_person
from library.snippets import show
from tests import small
from tests.ui.pages import seen

PAGE = """
import streamlit as st
from library.drafts import Origin
from ui.drafting.editor import show
from ui.drafting.start import Start
from ui.shell import notices

notices.show_message("box")
origin = Origin("disagreement", "relatedness", "tiny", ("lee-15-31",), "Took names for links.", "The event.")
show(Start({start}), on_saved=lambda made: st.query_params.update(saved=made.key))
"""
Editor = Callable[..., AppTest]


@pytest.fixture
def editor(furnished: Home, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Open a page that holds nothing but the editor: `editor("task='relatedness'")`."""
    monkeypatch.setenv("COMPOSER_HOME", str(furnished.path))
    monkeypatch.setenv("COMPOSER_PERSON", "Ada")

    def opened(start: str = "task='relatedness'", **claims: Any) -> AppTest:
        app = AppTest.from_string(PAGE.format(start=start), default_timeout=90)
        if claims:
            app.user = claims
        app.run()
        assert not app.exception, app.exception
        return app

    return opened


def fill(app: AppTest, label: str, text: str) -> None:
    next(one for one in app.text_input if one.label == label).set_value(text).run()
    assert not app.exception, app.exception


def save(app: AppTest) -> AppTest:
    app.button[0].click().run()
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(bare(one.value) for one in app.caption)


def bare(text: str) -> str:
    return text.replace("\\", "")


def test_an_empty_editor_says_what_to_do_and_saves_nothing(editor: Editor) -> None:
    app = editor()
    assert app.button[0].disabled
    assert "Write a text." in said(app)
    assert "Lint answers here while you type." in seen(app)
    assert "0 words · 0 of 300 characters" in seen(app)


def test_a_draft_is_saved_under_a_key_made_of_its_text_with_its_origin(editor: Editor, rows: Database) -> None:
    app = editor("task='relatedness', origin=origin")
    assert app.multiselect[0].value == ["relatedness"]
    fill(app, "Text", "Weather reports of two towns have little in common.")
    assert "Nothing found." in seen(app)
    assert "of relatedness" in seen(app)
    app.text_area[0].set_value("Rated far too high.").run()
    assert not app.button[0].disabled
    save(app)
    assert "Draft saved: weather-reports-two v1" in bare(app.success[0].value)
    assert app.query_params["saved"] in ("weather-reports-two", ["weather-reports-two"])
    assert app.text_input[0].value == ""
    with rows.session() as session:
        made = show(session, "weather-reports-two")[0]
        assert (made.state, made.tags, made.rationale) == ("draft", ("relatedness",), "Rated far too high.")
        assert origins(session, [made.id])[made.id] == Origin(
            "disagreement", "relatedness", "tiny", ("lee-15-31",), "Took names for links.", "The event."
        )


def test_a_draft_without_a_tag_is_held_against_all_data_and_no_scale(editor: Editor) -> None:
    app = editor("text='Rate 0 for a question.'")
    assert "the examples of polarity (" in seen(app)
    assert not app.button[0].disabled
    app.multiselect[0].set_value(["relatedness"]).run()
    assert app.button[0].disabled


def test_an_error_stops_the_save_and_says_so(editor: Editor) -> None:
    app = editor()
    fill(app, "Text", "Rate from 0 to 10, in <b>bold</b> and **stars**.")
    assert app.button[0].disabled
    assert "1 error." in said(app)
    shown = seen(app)
    assert "Gives the scale 0 to 10, and the task&#x27;s scale is 1 to 5." in shown
    assert "in &lt;b&gt;bold&lt;/b&gt; and **stars**." in shown


def test_a_warning_needs_a_reason_and_shows_what_to_use_instead(editor: Editor, rows: Database) -> None:
    app = editor()
    fill(app, "Text", "When in doubt, give the higher rating of two.")
    assert "1 warning without a reason." in said(app)
    assert "Use lean-low instead" in seen(app)
    assert 'href="snippet?key=lean-low"' in seen(app)
    fill(app, "Why it is stored all the same", "To be measured.")
    save(app)
    with rows.session() as session:
        made = show(session, "doubt-give-higher")[0]
        (accepted,) = origins(session, [made.id])[made.id].warnings
        assert (accepted.kind, accepted.reason) == ("contradiction", "To be measured.")


def test_a_reason_stays_while_the_text_changes_and_the_warning_does_not(editor: Editor) -> None:
    app = editor()
    fill(app, "Text", "In doubt between two ratings, the lower one.")
    fill(app, "Why it is stored all the same", "To be measured.")
    fill(app, "Text", "In doubt between two ratings, take the lower one then.")
    assert next(one for one in app.text_input if one.label.startswith("Why")).value == "To be measured."


def test_lint_answers_while_one_types_and_not_only_after(editor: Editor) -> None:
    app = editor("text='In doubt between two ratings, the lower one.', tags=('relatedness',)")
    pauses = {one.label: one.proto.live_debounce_ms for one in app.text_input}
    assert pauses["Text"] == 300
    assert pauses["Why it is stored all the same"] == 250


def test_it_says_which_tasks_may_use_it_by_its_tags(editor: Editor) -> None:
    app = editor()
    assert "Prompts of relatedness may use it." in said(app)
    app.multiselect[0].set_value(["polarity"]).run()
    assert "relatedness can't use it: it uses what is tagged relatedness." in said(app)
    assert "Prompts of polarity may use it." in said(editor("tags=('polarity',)"))
    assert "No task uses it by these tags." in said(editor("tags=('elsewhere',)"))
    assert "No task uses it without a tag." in said(editor(""))


def test_the_next_version_is_shown_word_by_word_beside_the_one_before(editor: Editor) -> None:
    app = editor("key='lean-low', text='Take the lower <one>.', tags=('relatedness',)")
    fill(app, "Text", "Take the lowest <one>.")
    assert "<ins>lowest</ins> &lt;one&gt;." in seen(app)


def test_a_near_snippet_opens_beside_what_was_typed(editor: Editor) -> None:
    app = editor("text='When in doubt between two ratings, take the lower.', tags=('relatedness',)")
    (link,) = [one for one in seen(app).split("<a ") if "Use lean-low instead" in one]
    assert 'target="_blank"' in link


def test_a_key_that_is_taken_is_not_written_over(editor: Editor) -> None:
    app = editor()
    fill(app, "Text", "Weather reports of two towns have little in common.")
    fill(app, "Key", "lean-low")
    assert app.button[0].disabled
    assert "The key lean-low is taken" in said(app)


def test_the_next_version_of_a_snippet_keeps_its_key_and_rules(editor: Editor, rows: Database) -> None:
    rules = "tags=('relatedness',), group='doubt', pin='last'"
    app = editor(f"key='lean-low', version=1, text='Take the lower one.', {rules}")
    assert app.text_input[1].disabled
    fill(app, "Text", "When in doubt, the lower one is right.")
    save(app)
    with rows.session() as session:
        newest = show(session, "lean-low")[0]
        assert (newest.version, newest.state, newest.group, newest.pin) == (2, "draft", "doubt", "last")
    assert app.text_input[0].value == "Take the lower one."  # what it began with, should it be edited once more


def test_a_key_or_tag_that_is_none_is_pointed_out_before_it_is_saved(editor: Editor) -> None:
    app = editor()
    fill(app, "Text", "Weather reports of two towns have little in common.")
    fill(app, "Key", "Not A Key")
    assert app.button[0].disabled
    assert "small letters, figures and hyphens" in said(app)
    app = editor("text='Weather reports have little in common.', tags=('Two Words',)")
    assert "small letters, figures" in said(app)


def test_what_the_library_refuses_is_shown_and_nothing_typed_is_lost(editor: Editor, rows: Database) -> None:
    app = editor("text='Weather reports have little in common.', requires=('lean-low',), conflicts=('lean-low',)")
    save(app)
    assert "names 'lean-low', which it requires" in bare(app.error[0].value)
    assert app.text_input[0].value == "Weather reports have little in common."


def test_somebody_who_may_not_write_is_offered_no_field(editor: Editor, rows: Database) -> None:
    with rows.session() as session:
        add_person(session, "Ada", "ada@example.org", ("admin",), by="Ada", at=small.NOW)
        add_person(session, "Vera", "vera@example.org", ("viewer",), by="Ada", at=small.NOW)
    app = editor(is_logged_in=True, email="vera@example.org", email_verified=True, exp=2**40)
    assert not app.text_input
    assert "Vera may only look" in said(app)


def test_what_was_typed_stays_while_its_origin_changes(editor: Editor) -> None:
    app = editor(
        "task='relatedness', origin=Origin('disagreement', examples=tuple(st.session_state.get('e', ())))"
    )
    fill(app, "Text", "Weather reports of two towns have little in common.")
    fill(app, "Key", "two-towns")
    app.multiselect[0].set_value([]).run()
    app.session_state["e"] = ["a-2"]
    app.run()
    assert [one.value for one in app.text_input[:2]] == [
        "Weather reports of two towns have little in common.",
        "two-towns",
    ]
    assert app.multiselect[0].value == []


def test_who_saves_second_sees_what_the_first_wrote_and_keeps_what_they_typed(
    editor: Editor, rows: Database
) -> None:
    with rows.session() as session:
        old = show(session, "lean-low")[0]
    app = editor(f"key='lean-low', text={old.text!r}, tags={old.tags!r}, version={old.version}")
    fill(app, "Text", "Where two ratings fit alike, the smaller one counts.")
    with rows.session() as session:
        theirs = Draft("lean-low", "Of two ratings that fit, give the smaller.", tags=old.tags, read=old.version)
        write_draft(session, theirs, by="Ada", at=small.NOW)
    save(app)
    assert "lean-low was edited meanwhile" in bare(app.error[0].value)
    assert theirs.text in bare(app.error[0].value)
    assert app.text_input[0].value == "Where two ratings fit alike, the smaller one counts."
    with rows.session() as session:
        assert show(session, "lean-low")[0].text == theirs.text
