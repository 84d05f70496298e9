"""The Data page: a table becomes a task, or more rows of one, after it was seen what that does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.labelling.rows import waiting_rows
from composer.registry.datasets import current_dataset
from composer.registry.tasks import get_task, task_names
from library import log
from library.database import Database, open_database
from tests.ui.pages import Open, plain_text, seen
from ui.data.datasets import as_json_lines

PROMPT = 'Rate how urgent it is, from 1 to 5.\nAnswer with JSON only, in the form {"urgency": N}.'


def rows(first: int = 0, last: int = 60) -> bytes:
    lines = [f"Message <b>{n}</b> of the day,{n % 5 + 1},{n % 4 + 1},{n % 5 + 1},desk" for n in range(first, last)]
    return ("message,rater1,rater2,rater3,place\n" + "\n".join(lines) + "\n").encode()


@pytest.fixture
def kept(home: Home, database: Database) -> Iterator[Database]:
    """The database of a home that is empty at first, to look behind the pages' back."""
    database.close()
    own = open_database(home.path)
    yield own
    own.close()


def uploaded(app: AppTest, content: bytes, name: str = "urgency.csv") -> AppTest:
    app.file_uploader[0].upload(name, content).run()
    assert not app.exception, app.exception
    return app


def one(widgets: object, start: str) -> object:
    (found,) = [widget for widget in widgets if str(widget.key).startswith(start)]  # type: ignore[attr-defined]
    return found


def made(app: AppTest) -> AppTest:
    app.text_area(key="new-prompt").set_value(PROMPT).run()
    app.button(key="make-task").click().run()
    assert not app.exception, app.exception
    return app


def test_what_a_labelling_tool_exported_becomes_a_task_with_each_answer_by_whom(
    kept: Database, home: Home, visit: Open
) -> None:
    given = {"type": "rating", "from_name": "urgency", "to_name": "t"}
    tasks = [
        {
            "id": n,
            "data": {"message": f"Message {n} of the day"},
            "annotations": [
                {"completed_by": by, "result": [{**given, "value": {"rating": (n + by) % 5 + 1}}] if n else []}
                for by in (1, 2)
            ],
        }
        for n in range(61)
    ]
    app = uploaded(visit(home, "data"), json.dumps(tasks).encode(), "project.json")
    shown = plain_text(app)
    assert "format: Label Studio JSON (answers 120, people 2, items 60)" in shown
    assert "left out: empty answers 2, items without an answer 1" in shown
    assert one(app.selectbox, "rater").value == "rater"
    made(app)
    with kept.session() as session:
        (name,) = task_names(session)
        examples = current_dataset(session, name).examples
    assert {tuple(one.ratings) for one in examples} == {("1", "2")}


def test_an_empty_page_says_what_to_bring(home: Home, visit: Open) -> None:
    app = visit(home, "data")
    assert "No labelled rows yet" in seen(app)
    assert len(app.file_uploader) == 1
    assert "What there is" not in seen(app)


def test_rows_columns_and_draft_are_shown_before_anything_is_stored(
    kept: Database, home: Home, visit: Open
) -> None:
    app = uploaded(visit(home, "data"), rows())
    shown = seen(app)
    assert "Message &lt;b&gt;0&lt;/b&gt; of the day" in shown
    assert "the task is drafted here" in shown
    assert app.button(key="make-task").disabled
    assert one(app.multiselect, "raters").value == ["rater1", "rater2", "rater3"]
    assert "guessed" in one(app.multiselect, "raters").label
    assert "Kept with the rows as they are: place" in plain_text(app)
    app.text_area(key="new-prompt").set_value(PROMPT).run()
    shown = plain_text(app)
    for words in (
        "urgency: 1 to 5 (as the prompt says)",
        "Message: Message &lt;b&gt;0",
        "60 examples: dev 18, test 42",
    ):
        assert words in shown
    with kept.session() as session:
        assert task_names(session) == ()


def test_the_task_is_made_once_however_often_it_is_asked_for(kept: Database, home: Home, visit: Open) -> None:
    app = made(uploaded(visit(home, "data"), rows()))
    assert "The task urgency is stored with 60 examples" in plain_text(app)
    assert [link.value for link in app.page_link] == ["Put another prompt beside that of urgency"]
    with kept.session() as session:
        assert get_task(session, "urgency").base.startswith("Rate how urgent")
        assert {len(example.ratings) for example in current_dataset(session, "urgency").examples} == {3}
        assert [entry.action for entry in log.entries(session)] == ["task added", "data imported"]
    assert not app.text_area
    assert "urgency</a></td>" in seen(app)


def test_what_is_chosen_otherwise_counts_and_nothing_else_is_guessed(
    kept: Database, home: Home, visit: Open
) -> None:
    app = uploaded(visit(home, "data"), rows())
    one(app.multiselect, "raters").set_value([]).run()
    one(app.selectbox, "gold").select("rater2").run()
    one(app.text_input, "scale").set_value("0-9").run()
    one(app.selectbox, "slice").select("place").run()
    made(app)
    with kept.session() as session:
        task, data = get_task(session, "urgency"), current_dataset(session, "urgency")
    assert task.output.scale == (0, 9)
    assert {example.slice for example in data.examples} == {"desk"}
    assert all(not example.ratings and "rater1" in example.extras for example in data.examples)


def test_a_refusal_names_its_rows_and_keeps_what_was_typed(kept: Database, home: Home, visit: Open) -> None:
    app = uploaded(visit(home, "data"), rows() + b"Late,9,1,1,desk\n")
    app.text_area(key="new-prompt").set_value(PROMPT).run()
    one(app.text_input, "scale").set_value("1-5").run()
    assert "9 is outside the scale (urgency.csv, line 62, field rater1)" in plain_text(app)
    assert "/tmp" not in plain_text(app)
    assert app.button(key="make-task").disabled
    assert app.text_area(key="new-prompt").value == PROMPT


def test_another_task_of_the_name_is_not_replaced_and_the_prompt_stays(
    kept: Database, home: Home, visit: Open
) -> None:
    made(uploaded(visit(home, "data"), rows()))
    app = uploaded(visit(home, "data"), rows())
    app.text_area(key="new-prompt").set_value(f"Be strict.\n{PROMPT}").run()
    app.button(key="make-task").click().run()
    assert "there is a task urgency already" in plain_text(app).lower()
    assert app.text_area(key="new-prompt").value.startswith("Be strict.")


class TestRowsOfATask:
    """More rows for a task that is there, or other ones."""

    @pytest.fixture
    def app(self, kept: Database, home: Home, visit: Open) -> AppTest:
        made(uploaded(visit(home, "data"), rows()))
        return visit(home, "data", **{"for": "A task that is there"})

    def test_new_rows_are_shown_and_come_beside_the_present_ones(self, app: AppTest, kept: Database) -> None:
        before = dataset(kept)
        uploaded(app, rows(50, 70), "more.csv")
        shown = plain_text(app)
        assert "+ added" in shown
        assert '<td class="ic-num">10</td>' in shown
        assert "leaves the data" not in shown
        app.button(key="import-rows").click().run()
        assert not app.exception
        assert "more.csv: the data of urgency are stored, 70 examples now" in plain_text(app)
        assert before.items() <= dataset(kept).items()

    def test_all_of_the_data_may_be_replaced_and_what_leaves_them_is_told(
        self, app: AppTest, kept: Database
    ) -> None:
        uploaded(app, rows(30, 70), "other.csv")
        app.radio(key="file-holds").set_value("All of the data, in place of the present ones").run()
        assert "− leaves the data" in plain_text(app)
        app.button(key="import-rows").click().run()
        assert len(dataset(kept)) == 40

    def test_the_same_rows_leave_nothing_to_import(self, app: AppTest) -> None:
        uploaded(app, rows(), "same.csv")
        button = app.button(key="import-rows")
        assert (button.label, button.disabled) == ("Nothing to import", True)

    def test_wrong_rows_are_told_with_line_and_field_and_nothing_is_offered(self, app: AppTest) -> None:
        uploaded(app, rows(60, 62) + b"Late,9,1,1,desk\n", "bad.csv")
        assert "(bad.csv, line 4, field rater1)" in plain_text(app)
        assert app.button(key="import-rows").disabled

    def test_what_is_saved_comes_back_as_the_same_data(self, app: AppTest, kept: Database) -> None:
        with kept.session() as session:
            saved = as_json_lines(current_dataset(session, "urgency").examples)
        assert json.loads(saved.split(b"\n")[0])["ratings"]
        uploaded(app, saved, "urgency.jsonl")
        assert app.button(key="import-rows").label == "Nothing to import"


def dataset(kept: Database) -> dict[str, str]:
    with kept.session() as session:
        return {example.id: example.split for example in current_dataset(session, "urgency").examples}


def test_every_task_is_listed_with_its_data(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "data"))
    assert "relatedness</a></td>" in shown
    assert "put a prompt beside it" in shown


def test_rows_without_a_label_are_queued_to_be_rated(kept: Database, home: Home, visit: Open) -> None:
    made(uploaded(visit(home, "data"), rows()))
    unlabelled = b"message\n" + b"".join(b"A new message, %d\n" % n for n in range(8)).replace(b", ", b" ")
    app = visit(home, "data", **{"for": "A task that is there"})
    uploaded(app, unlabelled, "later.csv")
    assert "No column holds labels" in seen(app)
    app.number_input(key="queue-raters").set_value(2).run()
    app.button(key="queue-rows").click().run()
    assert "8 rows queued for urgency, each for 2 people to rate on the page Label." in plain_text(app)
    with kept.session() as session:
        waiting = waiting_rows(session, "urgency")
        assert [row.content["inputs"]["message"] for row in waiting][:1] == ["A new message 0"]
        assert len(current_dataset(session, "urgency").examples) == 60
