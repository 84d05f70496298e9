"""The Models page: every task on every target, what quality costs, targets side by side, and snippets."""

from __future__ import annotations

import csv as csvfile
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from composer.adaptation import worker as adaptations
from composer.curation import jobs
from composer.evaluation import intervals
from composer.home.paths import Home
from composer.matrix.beside import beside
from composer.matrix.squares import detailed, read_matrix
from library.database import Database, open_database
from tests import small
from tests.composer.adaptation import carrying
from tests.composer.curation.searches import store_search
from tests.composer.matrix import several as stage
from tests.scripted import connecting
from tests.ui.pages import Open, plain_text, seen
from ui.matrix import apart, squares
from ui.matrix.effects import charted

PARTS = {"costs": "what quality costs", "beside": "side by side", "snippets": "snippets"}


@pytest.fixture(scope="session")
def _several_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("several")
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 100)
        stage.fill(database, home)
    with database.session() as session:
        store_search(session, 101, {"topic": (0.05, 0.02, 0.08, 30), "exact": (0.01, -0.03, 0.05, 30)})
        store_search(
            session, 102, {"topic": (-0.05, -0.08, -0.02, 30), "exact": (0.0, -0.02, 0.02, 9)}, target="larger"
        )
    database.close()
    return home.path


@pytest.fixture
def several(home: Home, _several_home: Path) -> Home:
    shutil.copytree(_several_home, home.path)
    return home


def charts(app: AppTest) -> list[str]:
    return [one.proto.alt for one in app.get("vega_lite_chart")]


def test_each_target_has_what_counts_there_with_its_figures_and_says_what_is_dev(
    several: Home, visit: Open
) -> None:
    app = visit(several, "matrix")
    shown = seen(app)
    for words in (
        "release 1</a>",
        "candidate 2</a>",
        "not released",
        "16 sealed examples",
        "16 development examples",
    ):
        assert words in shown
    assert "on dev</span>" in shown
    assert "a server does not say how large its model is" in shown
    assert "1.5 billion parameters" in shown
    assert "Dashed: always “3” would come to" in plain_text(app)


def test_a_target_that_a_prompt_was_carried_to_in_vain_says_why_in_the_table(
    database: Database, tmp_path: Path, home: Home, visit: Open
) -> None:
    carrying.furnished(database, tmp_path, home)
    adaptations.work(database, home, carrying.entered(database), connect=connecting(carrying.speechless()))
    with database.session() as session:
        matrix = read_matrix(session)
    ((place, tried),) = matrix.adaptations.items()
    assert place not in matrix.squares
    shown = seen(visit(home, "matrix"))
    table = shown[: shown.index("</table>")]
    assert f"adapted from {tried.source}: no-go" in table
    assert table.index(place[1]) < table.index("no-go")
    assert "Nothing was measured on" not in plain_text(visit(home, "matrix"))
    small_table = squares.overview(matrix, {}, "")
    assert f"<th>{place[1]}</th>" in small_table
    assert small_table.count(">no-go</span>") == 1


def test_a_no_go_is_told_beside_the_candidate_that_it_was_measured_as_and_beside_no_other(
    database: Database, tmp_path: Path, home: Home
) -> None:
    carrying.furnished(database, tmp_path, home)
    adaptations.work(database, home, carrying.entered(database), connect=connecting(carrying.speechless()))
    with database.session() as session:
        matrix = read_matrix(session)
    (tried,) = matrix.adaptations.values()
    (square,) = matrix.squares.values()
    assert tried.outcome is not None
    for candidate, told in ((square.candidate, 1), (square.candidate + 1, 0)):
        ended = replace(tried, outcome=tried.outcome.model_copy(update={"candidate_id": candidate}))
        shown = squares.overview(replace(matrix, adaptations={square.place: ended}), {}, "")
        assert shown.count(">no-go</span>") == told


def test_a_target_that_a_prompt_is_being_carried_to_says_how_far_that_is(
    database: Database, tmp_path: Path, home: Home
) -> None:
    carrying.furnished(database, tmp_path, home)
    carrying.entered(database)
    with database.session() as session:
        assert ">waiting</span></td>" in squares.overview(read_matrix(session), {}, "")


def test_quality_is_charted_against_speed_and_size_and_what_is_left_out_is_named(
    several: Home, visit: Open
) -> None:
    app = visit(several, "matrix")
    assert charts(app) == ["Quality against speed", "Disagreement with people by model size, ○ before ● now"]
    shown = plain_text(app)
    assert "Quality against price takes two measured prompts with a price. Set price_per_million_tokens" in shown
    assert "1 prompt: measured on development examples" in shown


def test_one_prompt_stands_on_every_target_and_the_link_keeps_which(several: Home, visit: Open) -> None:
    app = visit(several, "matrix", part=PARTS["beside"])
    assert app.selectbox(key="prompt").value == "own"
    app.selectbox(key="prompt").set_value("base").run()
    assert app.query_params["prompt"] == "base"
    shown = plain_text(app)
    assert "others are compared with it" in shown
    assert "Answered too few of these to be compared: larger 0." in shown
    assert "16 answers to pay" in shown


def test_examples_on_which_targets_disagree_come_first_open_and_download(several: Home, visit: Open) -> None:
    link = {"part": PARTS["beside"], "prompt": "base"}
    app = visit(several, "matrix", **link)
    (table,) = app.dataframe
    assert {"people", "cloud", "tiny", "apart"} <= set(table.value.columns)
    assert list(table.value["apart"]) == sorted(table.value["apart"], reverse=True)
    assert all(one > 0 for one in table.value["apart"])
    opened = seen(visit(several, "matrix", row=str(table.value["example"].iloc[0]), **link))
    assert opened.count('class="ic-answer"') == 2
    app.segmented_control(key="show").set_value("all").run()
    assert len(app.dataframe[0].value) == 16


def test_the_file_has_every_answer_as_it_came(several: Home) -> None:
    with open_database(several.path).session() as session:
        found = beside(session, detailed(session, read_matrix(session), "small"), "small", "base")
    rows = list(csvfile.DictReader(io.StringIO(apart.csv(found, apart.lines(found)).decode())))
    assert len(rows) == 16
    assert rows[0]["tiny answer"].startswith('{"rating"')
    assert rows[0]["query"].startswith("what is dev")


def test_what_asking_costs_is_shown_before_and_nothing_is_entered_by_looking(several: Home, visit: Open) -> None:
    app = visit(several, "matrix", part=PARTS["beside"], prompt="base")
    assert "Ask about 16 development examples" in [one.label for one in app.button]
    assert "16 answers to pay" in plain_text(app)
    with open_database(several.path).session() as session:
        assert jobs.jobs_of(session, "small", "larger", kind="dev") == ()


def test_snippets_that_help_one_target_and_hurt_another_are_named(several: Home, visit: Open) -> None:
    app = visit(several, "matrix", part=PARTS["snippets"])
    assert charts(app) == ["Effects of snippets on larger", "Effects of snippets on tiny"]
    assert "1 of 2 snippets clearly help on one target and clearly hurt on another: topic." in plain_text(app)
    assert charted([]) == []


def test_an_empty_home_and_a_task_without_figures_say_what_to_do_next(
    tmp_path: Path, furnished: Home, visit: Open
) -> None:
    assert "Nothing to compare yet" in plain_text(visit(Home(tmp_path / "none"), "matrix"))
    fresh = Home(tmp_path / "fresh")
    database = open_database(fresh.path)
    small.fill(database, tmp_path)
    database.close()
    shown = plain_text(visit(fresh, "matrix"))
    assert "Nothing was measured for small yet" in shown
    shown = plain_text(visit(fresh, "matrix", part=PARTS["snippets"]))
    assert "No snippet was tried on two targets yet" in shown


def test_several_tasks_are_seen_at_once(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "matrix"))
    assert 'href="matrix?task=polarity"' in shown
    assert 'href="matrix?task=relatedness"' in shown
    assert shown.count("nothing was asked here yet") == 2
