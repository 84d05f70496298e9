"""Disagreements: from nothing asked to a draft, every state with its next step."""

from __future__ import annotations

import csv as csvfile
import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from composer.activity.addresses import snippet_page
from composer.curation import jobs
from composer.curation.disagreements import find_disagreements
from composer.curation.questions import plan_answers
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from library.database import Database, open_database
from library.drafts import origins
from library.people import add_person
from library.snippets import show
from tests import small
from tests.ui.disagreements.asked import LINE, ask, attempt
from tests.ui.pages import Open, plain_text, seen
from ui.disagreements.choices import lines_of
from ui.disagreements.table import csv

KEY = "faint-praise-negative"
POLARITY = {"task": "polarity", "target": "qwen2.5-coder-0.5b"}


@pytest.fixture
def asked(furnished: Home) -> Home:
    ask(furnished, "polarity")
    return furnished


def write(app: AppTest, text: str = LINE) -> AppTest:
    return next(one for one in app.text_input if one.label == "Text").set_value(text).run()


def test_an_empty_home_says_what_to_do(tmp_path: Path, visit: Open) -> None:
    assert "Nothing to read yet" in plain_text(visit(Home(tmp_path / "none"), "disagreements"))


def test_before_anything_is_asked_it_offers_to_with_its_cost(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "disagreements", **POLARITY)
    assert "No answers yet" in plain_text(app)
    assert "20 answers to pay, about" in plain_text(app)
    assert app.button(key="ask-answers").label == "Ask about 20 authoring examples"
    assert not app.button(key="ask-answers").disabled


def test_while_they_are_asked_it_shows_how_far_it_is_and_can_be_stopped(
    furnished: Home, visit: Open, rows: Database
) -> None:
    with rows.session() as session:
        planned = plan_answers(session, *POLARITY.values())
        number = jobs.enter_job(session, planned, by="Ada (local)", at=small.NOW)
    with exclusive_lock(furnished, f"authoring-job-{number}"):
        app = visit(furnished, "disagreements", **POLARITY)
        assert "0 of 20 answers" in str(app.get("progress")[0].proto.text)
        app.button(key=f"stop-{number}").click().run()
        assert not app.exception
        assert app.button(key=f"stop-{number}").disabled
    with rows.session() as session:
        assert jobs.get_job(session, number).stop_asked
    app = visit(furnished, "disagreements", **POLARITY)
    assert app.button(key="ask-answers").label == "Go on"


def test_a_task_without_authoring_examples_says_how_to_get_some(renewed: Home, visit: Open) -> None:
    shown = plain_text(visit(renewed, "disagreements", task="small", target="tiny"))
    for words in ("Nothing to read for small yet", "authoring split is empty", "composer task new"):
        assert words in shown


def test_what_differs_is_listed_and_the_first_is_open_as_it_is(asked: Home, visit: Open) -> None:
    app = visit(asked, "disagreements", **POLARITY)
    (table,) = app.dataframe
    assert len(table.value) == 8
    assert set(table.value["group"]) == {"malformed", "positive for negative", "negative for positive"}
    shown = seen(app)
    assert "of 20 answers differ from people" in shown
    malformed = seen(visit(asked, "disagreements", **POLARITY, show="malformed"))
    assert "&lt;b&gt;negative&lt;/b&gt;, *surely*" in malformed


def test_filters_stand_in_the_link_and_a_link_opens_its_example(asked: Home, visit: Open) -> None:
    app = visit(asked, "disagreements", **POLARITY, show="malformed")
    assert set(app.dataframe[0].value["group"]) == {"malformed"}
    app = visit(asked, "disagreements", **POLARITY)
    row = str(app.dataframe[0].value["example"][3])
    app = visit(asked, "disagreements", **POLARITY, row=row)
    assert f'<b class="ic-mono">{row}</b>' in seen(app)
    app.button(key="next").click().run()
    assert app.query_params["row"] != row


def test_examples_are_collected_and_nothing_typed_is_lost(asked: Home, visit: Open) -> None:
    app = visit(asked, "disagreements", **POLARITY)
    ids = [str(one) for one in app.dataframe[0].value["example"]]
    app.checkbox[0].set_value(True).run()
    app.button(key="next").click().run()
    app.checkbox[0].set_value(True).run()
    assert app.multiselect[0].value == ids[:2]
    assert app.multiselect[0].label == "Written from 2 examples"
    app.text_area[0].set_value("It takes faint praise for praise.").run()
    write(app, "Faint praise is")
    app.segmented_control(key="show").set_value("malformed").run()
    app.switch_page("views/library.py").run()
    app.switch_page("views/disagreements.py")
    app.query_params.update({**POLARITY, "show": "all"})
    app.run()
    assert app.text_area[0].value == "It takes faint praise for praise."
    assert app.multiselect[0].value == ids[:2]
    assert next(one for one in app.text_input if one.label == "Text").value == "Faint praise is"
    assert [str(one) for one in app.dataframe[0].value[""]][:2] == ["✓", "✓"]


def test_a_tried_draft_shows_what_it_fixes_beside_the_line(asked: Home, visit: Open) -> None:
    app = write(visit(asked, "disagreements", **POLARITY))
    assert app.button(key="ask-try").label == "Try it"
    attempt(asked, "polarity")
    app = write(visit(asked, "disagreements", **POLARITY))
    shown = plain_text(app)
    assert "7</b> better" in shown
    assert "0</b> worse" in shown
    assert "malformed" in shown
    assert "A look, no evidence" in shown
    assert "What it fixes and breaks" in shown
    assert [one.label for one in app.expander if "tried lately" in one.label] == [
        "1 draft tried lately beside release 1"
    ]


def test_a_draft_keeps_the_examples_and_notes_it_was_written_from(
    asked: Home, visit: Open, rows: Database
) -> None:
    app = visit(asked, "disagreements", **POLARITY)
    first = str(app.dataframe[0].value["example"][0])
    app.checkbox[0].set_value(True).run()
    app.text_area[0].set_value("It takes faint praise for praise.").run()
    save = next(one for one in write(app).button if one.label == "Save the draft")
    assert not save.disabled
    save.click().run()
    assert not app.exception
    assert f'href="{snippet_page(KEY)}"' in seen(app)
    with rows.session() as session:
        (version,) = show(session, KEY)
        origin = origins(session, [version.id])[version.id]
    assert (version.state, version.text) == ("draft", LINE)
    assert (origin.kind, origin.task, origin.examples) == ("disagreement", "polarity", (first,))
    assert origin.misunderstood == "It takes faint praise for praise."
    assert app.multiselect[0].value == []


def test_the_file_has_every_row_with_its_raw_answer(asked: Home, rows: Database) -> None:
    with rows.session() as session:
        found = find_disagreements(session, "polarity", "qwen2.5-coder-0.5b")
    lines = list(csvfile.DictReader(io.StringIO(csv(found, lines_of(found)).decode())))
    assert len(lines) == 8
    malformed = next(one for one in lines if one["direction"] == "malformed")
    assert malformed["raw_answer"] == "<b>negative</b>, *surely*"
    assert malformed["problem"].startswith("not JSON")
    assert malformed["answer"] == ""


def test_whoever_may_only_look_reads_and_can_ask_and_write_nothing(
    asked: Home, visit: Open, rows: Database
) -> None:
    with rows.session() as session:
        add_person(session, "Uma", "uma@example.org", ("viewer",), by="Ada (local)", at=small.NOW)
    app = visit(asked, "disagreements", **POLARITY)
    app.user = {"is_logged_in": True, "email": "uma@example.org", "email_verified": True, "exp": 2**40}
    app.run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 8
    assert "Uma may only look: curators write drafts" in plain_text(app)
    assert not [*app.checkbox, *app.text_input, *app.text_area]


def test_a_link_to_an_example_on_which_they_agree_by_now_still_opens_it(asked: Home, visit: Open) -> None:
    with open_database(asked.path).session() as session:
        found = find_disagreements(session, *POLARITY.values())
    agreed = next(one.example.id for one in found.judged if not one.disagrees)
    assert f'{agreed}</b> <span class="ic-mute">agrees' in seen(
        visit(asked, "disagreements", **POLARITY, row=agreed)
    )
    assert "nobody is no authoring example" in plain_text(visit(asked, "disagreements", **POLARITY, row="nobody"))


def test_a_snippet_of_the_prompt_in_use_is_worded_anew_from_what_it_misleads(
    asked: Home, visit: Open, rows: Database
) -> None:
    app = visit(asked, "disagreements", **POLARITY)
    choice = next(one for one in app.selectbox if one.label == "What is written")
    key = choice.options[1].split()[3].rstrip(",")
    choice.set_value(key).run()
    assert not app.exception
    assert "the prompt in use has this very line" in plain_text(app)
    app = write(app, "Irony and mockery are negative, whatever the words.")
    next(one for one in app.button if one.label == "Save the draft").click().run()
    assert not app.exception
    with rows.session() as session:
        newest = show(session, key)[0]
        assert (newest.version, newest.state) == (2, "draft")
        assert origins(session, [newest.id])[newest.id].kind == "disagreement"


def test_where_nothing_differs_it_says_what_to_do_next(furnished: Home, visit: Open) -> None:
    ask(furnished, "polarity", wrong=False)
    shown = plain_text(visit(furnished, "disagreements", **POLARITY))
    assert "Nothing disagrees" in shown
    assert "all 20 authoring examples that were answered" in shown
    assert "start a run" in shown
