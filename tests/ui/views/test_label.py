"""The Label page: one example at a time, blind; each press is stored, and a curator makes the ratings data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.labelling.queueing import queue_doubtful, queue_unlabelled
from composer.labelling.rating import rate, sitting
from composer.labelling.rows import acts_on, ratings_by_item, waiting_rows
from composer.registry.datasets import current_dataset
from composer.registry.tasks import add_task, get_task
from library.database import Database, open_database
from tests import small
from tests.composer.labelling import queues
from tests.ui.pages import Open, plain_text

ADA = "Ada (local)"


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("label")
    database = open_database(folder / "home")
    small.fill(database, folder)
    database.close()
    return folder / "home"


@pytest.fixture
def home(_template: Path, tmp_path: Path) -> Home:
    shutil.copytree(_template, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def rows(home: Home) -> Iterator[Database]:
    """The home's database, in which five rows wait to be labelled."""
    database = open_database(home.path)
    with database.session() as session:
        queue_unlabelled(session, get_task(session, "small"), queues.rows(5), raters=2, by=ADA, at=small.NOW)
    yield database
    database.close()


def shown_item(app: AppTest) -> int:
    return next(int(str(one.key).split("-")[1]) for one in app.button if str(one.key).startswith("rate-"))


def progress(app: AppTest) -> str:
    return str(app.get("progress")[0].proto.text)


def answer(app: AppTest, value: int) -> int:
    """Press the button of a rating from 1 to 5, and return which example that rated."""
    item = shown_item(app)
    app.button(key=f"rate-{item}-{value - 1}").click().run()
    assert not app.exception, app.exception
    return item


def stored(rows: Database) -> dict[int, object]:
    with rows.session() as session:
        by_item = ratings_by_item(acts_on(session, get_task(session, "small")))
    return {item: given[ADA].value for item, given in by_item.items() if ADA in given}


def test_an_empty_page_says_how_examples_come_here(home: Home, visit: Open) -> None:
    shown = plain_text(visit(home, "label"))
    assert "Nothing waits to be labelled" in shown
    assert "composer label queue TASK FILE" in shown


def test_inputs_are_shown_as_plain_text_and_nothing_else_of_the_example(
    home: Home, rows: Database, visit: Open
) -> None:
    marked = [queues.rows(1, 70)[0]]
    marked[0].inputs["query"] = "<b>Loud?</b> {{document}} *very*"  # type: ignore[index]
    with rows.session() as session:
        queue_doubtful(session, get_task(session, "small"), 32, ground="few", raters=2, by=ADA, at=small.NOW)
        queue_unlabelled(session, get_task(session, "small"), marked, raters=2, by=ADA, at=small.NOW)
    app = visit(home, "label")
    texts = []
    for _ in range(38):
        card = next(str(one.value) for one in app.html if "ic-to-rate" in str(one.value))
        texts.append(card)
        answer(app, 3)
    assert any("&lt;b&gt;Loud?&lt;/b&gt; {{document}} *very*" in one for one in texts)
    for split in ("dev-", "test-", "new-"):
        assert not [one for one in texts if split in one]


def test_a_press_is_stored_and_the_next_example_comes(home: Home, rows: Database, visit: Open) -> None:
    app = visit(home, "label", task="small")
    assert "0 of 5 rated by you" in progress(app)
    first = answer(app, 4)
    assert shown_item(app) != first
    assert stored(rows) == {first: 4.0}
    second = answer(app, 1)
    assert stored(rows) == {first: 4.0, second: 1.0}
    again = visit(home, "label")
    assert shown_item(again) not in (first, second)
    assert "2 of 5 rated by you" in progress(again)


def test_undo_and_skip_and_the_skipped_again(home: Home, rows: Database, visit: Open) -> None:
    app = visit(home, "label")
    first = answer(app, 2)
    app.button(key="undo-1").click().run()
    assert (shown_item(app), stored(rows)) == (first, {})
    app.button(key=f"skip-{first}").click().run()
    for _ in range(4):
        answer(app, 5)
    shown = plain_text(app)
    assert "You are through: 4 rated, and skipped 1" in shown
    assert "a curator makes it part of the data" in shown
    app.button(key="again").click().run()
    assert shown_item(app) == first
    answer(app, 1)
    assert stored(rows)[first] == 1.0
    assert "You are through: 5 rated<" in plain_text(app)


def test_a_note_is_stored_with_its_rating(home: Home, rows: Database, visit: Open) -> None:
    app = visit(home, "label")
    item = shown_item(app)
    app.text_input(key=f"note-{item}").set_value("Odd <b>text</b>.").run()
    answer(app, 2)
    with rows.session() as session:
        (act,) = acts_on(session, get_task(session, "small"))[ADA]
    assert (act.item, act.note) == (item, "Odd <b>text</b>.")
    assert app.text_input(key=f"note-{shown_item(app)}").value == ""


def test_nobody_elses_rating_shows_and_a_rating_that_came_too_late_is_refused(
    home: Home, rows: Database, visit: Open
) -> None:
    app = visit(home, "label")
    with rows.session() as session:
        while (turn := sitting(session, "small", by="Bo (local)").turn) is not None:
            rate(session, turn.item, 1, by="Bo (local)", at=small.NOW)
    fresh = visit(home, "label")
    card = [str(one.value) for one in app.html if "ic-to-rate" in str(one.value)]
    assert card == [str(one.value) for one in fresh.html if "ic-to-rate" in str(one.value)]
    assert "0 of 5 rated by you" in progress(fresh)
    with rows.session() as session:
        for row in waiting_rows(session, "small"):
            row.outcome, row.ended_by, row.ended_at = "closed", ADA, small.NOW
            session.add(row)
    answer(app, 3)
    assert "This example was taken out of the queue" in app.toast[0].value


def test_a_curator_sees_what_would_change_and_makes_it_the_data(home: Home, rows: Database, visit: Open) -> None:
    app = visit(home, "label")
    assert app.button(key="foresee").disabled
    for _ in range(5):
        answer(app, 4)
    app.run()
    assert "0 of 5 rated by enough people" in plain_text(app)
    app.button(key="foresee").click().run()
    assert "no example of the queue can become data" in plain_text(app).lower()
    app.number_input(key="enough-small").set_value(1).run()
    app.button(key="foresee").click().run()
    assert "5 new examples" in plain_text(app)
    with rows.session() as session:
        assert len(current_dataset(session, "small").examples) == 32
    app.button(key="feed").click().run()
    assert "The data of small are stored" in plain_text(app)
    assert "Nothing waits to be labelled" in plain_text(app)
    with rows.session() as session:
        assert len(current_dataset(session, "small").examples) == 37


def test_doubtful_examples_are_queued_from_the_page(home: Home, visit: Open) -> None:
    app = visit(home, "label")
    app.button(key="queue").click().run()
    assert "no two people gave an example different ratings" in plain_text(app).lower()
    app.selectbox(key="doubt-ground").set_value("few").run()
    app.number_input(key="doubt-number").set_value(3).run()
    app.button(key="queue").click().run()
    assert "3 examples of small queued, each for 1 person to rate" in plain_text(app)
    assert "0 of 3 rated by you" in progress(app)


def test_a_long_list_of_answers_is_picked_from(home: Home, rows: Database, visit: Open) -> None:
    labels = [f"topic {number}" for number in range(30)]
    with rows.session() as session:
        task = small.task(name="topics", output={"field": "rating", "kind": "label", "labels": labels})
        add_task(session, task, by=ADA, at=small.NOW)
        queue_unlabelled(session, task, queues.rows(1), by=ADA, at=small.NOW)
    app = visit(home, "label", task="topics")
    assert app.button(key="rate-6").disabled
    app.selectbox(key="pick-6").set_value("topic 17").run()
    app.button(key="rate-6").click().run()
    assert "You are through: 1 rated<" in plain_text(app)
