import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from composer.answers.bound import GO_ON
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.registry.bases import get_base
from composer.registry.targets import add_target, get_target
from composer.runs import worker
from composer.runs.records import ATTRIBUTION, get_run, list_runs, run_row
from composer.search.attribution import Attribution, Gain
from library.database import Database
from library.snippets import version
from tests.ui.pages import Open, plain_text, seen


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs that a worker was started for; none is."""
    asked: list[int] = []
    monkeypatch.setattr(worker, "start", lambda _home, run_id: asked.append(run_id))
    return asked


def test_a_home_without_tasks_says_what_a_run_needs(home: Home, visit: Open) -> None:
    shown = seen(visit(home, "runs"))
    assert "A run needs a task with labelled data" in shown
    assert "No run yet" in shown


def test_the_cost_is_told_before_starting(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "runs")
    assert "Up to 380 answers: 180 to search" in plain_text(app)
    assert "measured on 200 stored answers" in plain_text(app)
    app.selectbox(key="target-polarity").select("smollm2-135m").run()
    assert "this target has not answered yet" in seen(app)


def test_starting_enters_the_run_and_starts_its_worker(
    furnished: Home, visit: Open, rows: Database, started: list[int]
) -> None:
    app = visit(furnished, "runs")
    app.selectbox(key="target-polarity").select("smollm2-135m").run()
    app.number_input(key="budget").set_value(40).run()
    app.button(key="start").click().run()
    assert not app.exception
    with rows.session() as session:
        run = list_runs(session)[0]
    assert (run.task, run.target, run.budget) == ("polarity", "smollm2-135m", 40)
    assert started == [run.id]
    assert "starting" in seen(app)


def test_a_bound_is_handed_to_the_worker_and_money_takes_a_price(
    furnished: Home, visit: Open, rows: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr(worker, "start", lambda _home, _run, *limits: told.append(limits))
    app = visit(furnished, "runs")
    app.selectbox(key="target-polarity").select("smollm2-135m").run()
    assert app.number_input(key="max-cost-start").disabled
    assert "A bound in money takes a price in the target’s file." in seen(app)
    app.number_input(key="max-cells-start").set_value(30).run()
    app.button(key="start").click().run()
    assert not app.exception
    assert told == [("--max-cells=30",)]
    with rows.session() as session:
        priced = get_target(session, "smollm2-135m").model_copy(update={"price_per_million_tokens": 2.0})
        add_target(session, priced, by="Ada", at=datetime.now(UTC))
        run = list_runs(session)[0]
        row = run_row(session, run.id)
        row.state, row.paid, row.ended_at = "stopped", 30, datetime.now(UTC) + timedelta(seconds=5)
        row.message = f"Stopped at --max-cells 30. Paid for 30 answers. {GO_ON}"
        session.add(row)
    app = visit(furnished, "runs", run=str(run.id))
    [stopped] = app.warning
    assert stopped.value.replace("\\", "") == "Stopped at --max-cells 30. Paid for 30 answers."
    app.number_input(key=f"max-cost-{run.id}").set_value(2.5).run()
    app.button(key=f"continue-{run.id}").click().run()
    assert not app.exception
    assert told[1:] == [("--max-cost=2.5",)]


def test_a_finished_run_says_what_it_found_and_links_to_it(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "runs", run="1")
    assert "Found candidate 1, which beats the incumbent" in seen(app)
    assert [link.value for link in app.page_link] == ["Open candidate 1"]


def test_a_finished_run_shows_the_effect_of_each_snippet(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "runs", run="1")
    shown = seen(app)
    for words in (
        "Effect of each snippet next to the incumbent’s snippets",
        "search estimate with 95% interval",
        "Why it stopped",
        "development examples; one of",
    ):
        assert words in shown
    charted = str([json.loads(one.proto.spec) for one in app.get("vega_lite_chart")])
    assert "✓ people-anchors" in charted
    assert "lean-high" in charted


def test_pairs_orders_and_older_wordings_are_told_in_words(furnished: Home, visit: Open, rows: Database) -> None:
    old = Gain(("lean-low@1",), 0.02, 0.01, 0.03, 20)
    found = Attribution(
        (old, Gain(("<b>",), -0.02, -0.03, -0.01, 9), Gain(("never",), 0.0, -0.1, 0.1, 0)),
        (Gain(("lean-low@1", "<b>"), -0.02, -0.03, -0.01, 9),),
        (old,),
        (),
        0.1,
    )
    with rows.session() as session:
        row = run_row(session, 1)
        row.worth = ATTRIBUTION.dump_python(found, mode="json")
        session.add(row)
    shown = seen(visit(furnished, "runs", run="1"))
    assert (
        "lean-low@1 and &lt;b&gt; do less together than the sum of both: NMSE +2.00 [+1.00, +3.00] worse" in shown
    )
    assert "No order to choose" in shown
    assert "1 snippet the search never tried: never" in shown


def test_a_run_from_before_this_figure_shows_no_effects(furnished: Home, visit: Open, rows: Database) -> None:
    with rows.session() as session:
        row = run_row(session, 1)
        row.worth = None
        session.add(row)
    assert "Effect of each snippet" not in seen(visit(furnished, "runs", run="1"))
    app = visit(furnished, "candidate", candidate="1")
    assert not [one for one in app.expander if "in the candidate" in one.label]


def test_an_interrupted_run_says_so_and_can_be_continued(
    furnished: Home, visit: Open, rows: Database, started: list[int]
) -> None:
    with rows.session() as session:
        row = run_row(session, 1)
        row.state, row.created_at = "running", datetime.now(UTC) - timedelta(hours=2)
        session.add(row)
    app = visit(furnished, "runs")
    assert "worker of this run is gone" in app.warning[0].value.replace("\\", "")
    app.button(key="continue-1").click().run()
    assert started == [1]


def test_a_run_at_work_shows_progress_and_can_be_stopped(furnished: Home, visit: Open, rows: Database) -> None:
    with rows.session() as session:
        row = run_row(session, 1)
        row.state, row.message, row.started_at = "running", "searching", datetime.now(UTC) - timedelta(seconds=60)
        row.asked, row.paid, row.stored, row.expected = 100, 60, 40, 400
        session.add(row)
    with exclusive_lock(furnished, "run-1"):
        app = visit(furnished, "runs")
        assert app.progress[0].value == 25
        assert "left at most" in app.progress[0].text
        assert "40 stored already" in seen(app)
        app.button(key="stop-1").click().run()
    with rows.session() as session:
        assert run_row(session, 1).stop_asked
        assert get_run(session, 1).state == "running"


def test_the_link_may_name_the_task(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "runs", how="Pick by hand", task="relatedness")
    assert app.selectbox(key="task").value == "relatedness"


def test_a_target_of_the_product_can_be_chosen_before_it_is_stored_and_says_what_is_fetched(
    furnished: Home, visit: Open, rows: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COMPOSER_MODELS", str(tmp_path))
    with rows.session() as session:
        session.execute(text("delete from target where name = 'smollm2-135m'"))
    app = visit(furnished, "runs")
    app.selectbox(key="target-polarity").select("smollm2-135m").run()
    assert not app.exception
    assert "Its file, 98 MB, is fetched when a run starts." in seen(app)


class TestPickingByHand:
    """A composition that somebody picks: its order, its preview, what it takes, and its run."""

    def test_it_begins_with_the_prompt_in_use_which_can_not_be_proposed(
        self, furnished: Home, visit: Open
    ) -> None:
        app = visit(furnished, "runs", how="Pick by hand")
        assert "irony" in seen(app)
        assert "this is the prompt in use" in plain_text(app)
        assert app.button(key="start").disabled

    def test_what_is_picked_and_moved_is_previewed_and_started_in_that_order(
        self, furnished: Home, visit: Open, rows: Database, started: list[int]
    ) -> None:
        app = visit(furnished, "runs", how="Pick by hand")
        app.selectbox(key="task").select("relatedness").run()
        for name in ("json-alone", "lean-low", "lean-high"):
            app.selectbox(key="adding-relatedness-qwen2.5-coder-1.5b").select(name).run()
        app.button(key="close-lean-high").click().run()
        assert "Up to " in plain_text(app)
        assert "test examples show a true gain of" in plain_text(app)
        app.button(key="arrow_upward-lean-low").click().run()
        shown = seen(app)
        assert "lean-high" not in shown
        assert shown.index("1 lean-low") < shown.index("2 json-alone")
        assert "When in doubt between two ratings, take the lower one.</td>" in shown
        app.button(key="start").click().run()
        assert not app.exception
        with rows.session() as session:
            run = list_runs(session)[0]
            row = run_row(session, run.id)
            keys = [version(session, one).key for one in row.proposed or ()]
        assert (run.strategy, run.task, keys) == ("proposed", "relatedness", ["lean-low", "json-alone"])
        assert started == [run.id]
        assert "picked by hand" in seen(app)

    def test_a_whole_prompt_is_previewed_as_it_will_be_sent_and_kept_where_it_is_refused(
        self, furnished: Home, visit: Open, rows: Database, started: list[int]
    ) -> None:
        app = visit(furnished, "runs", how="Pick by hand")
        app.selectbox(key="task").select("relatedness").run()
        area = "whole-prompt-relatedness-qwen2.5-coder-1.5b"
        app.text_area(key=area).set_value("Say how alike both are.\n{{oops}}").run()
        assert "holds {{oops}}" in plain_text(app)
        assert app.button(key="start").disabled
        assert app.text_area(key=area).value == "Say how alike both are.\n{{oops}}"
        app.text_area(key=area).set_value(
            'Say how alike both are, from 1 to 5.\n{{snippets}}\nAs {"rating": N}.'
        ).run()
        app.selectbox(key="adding-relatedness-qwen2.5-coder-1.5b").select("lean-low").run()
        shown = seen(app)
        assert "the base prompt" in shown
        lines = (
            "Say how alike both are, from 1 to 5.",
            "When in doubt between two ratings, take the lower one.",
            "As {",
        )
        assert "\n".join(lines) in shown
        assert "Up to " in plain_text(app)
        app.button(key="start").click().run()
        assert not app.exception
        with rows.session() as session:
            row = run_row(session, list_runs(session)[0].id)
            assert get_base(session, "relatedness", row.base or 0).added_by == "Ada (local)"
        assert started == [row.id]

    def test_a_prompt_changed_since_its_preview_is_not_started(
        self, furnished: Home, visit: Open, started: list[int]
    ) -> None:
        app = visit(furnished, "runs", how="Pick by hand")
        area = app.text_area(key="whole-prompt-polarity-qwen2.5-coder-0.5b")
        area.set_value("Say whether it is pos or neg.").run()
        app.text_area(key=area.key).set_value("Say pos.")
        app.button(key="start").click().run()
        assert "The prompt was changed just now" in plain_text(app)
        assert app.text_area(key=area.key).value == "Say pos."
        assert started == []

    def test_it_may_begin_with_the_prompt_in_use(self, furnished: Home, visit: Open) -> None:
        app = visit(furnished, "runs", how="Pick by hand")
        app.button(key="begin-with-base").click().run()
        assert "{{snippets}}" in app.text_area(key="whole-prompt-polarity-qwen2.5-coder-0.5b").value
        assert "this is the task's own base, which is in use" in plain_text(app)
