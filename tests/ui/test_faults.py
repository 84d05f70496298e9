"""What breaks under a page: the fault is said on it with what to do, what was typed stays, and nothing is lost."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st

from composer.audit.verification import audit
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.review.comments import comments_on
from composer.runs.records import list_runs
from library.backup import back_up
from library.database import open_database
from tests.damage import damage_table, full, on_connect, read_only
from tests.ui.pages import Open, candidate_page, plain_text

LONG = "Because. " * 1_000


@pytest.fixture(autouse=True)
def _nothing_is_open() -> None:
    """Have the app open its databases anew, as it does when it starts."""
    st.cache_resource.clear()


def is_whole(home: Home) -> bool:
    with closing(open_database(home.path)) as database, database.session() as session:
        return not audit(session).differences and not comments_on(session, get_candidate(session, 1))


@pytest.mark.parametrize(
    ("fault", "said", "do"),
    [
        (full, "The disk is full", "Free some space and do it again; what was stored before is kept."),
        (read_only, "The database can't be written", "Check who may read and write the file and its folder"),
    ],
)
def test_what_a_disk_does_not_take_is_said_in_its_section_and_what_was_typed_stays(
    furnished: Home, visit: Open, fault: object, said: str, do: str
) -> None:
    assert callable(fault)
    with on_connect(fault):
        app = candidate_page(visit, furnished)
        app.selectbox(key="comment-on").set_value("the candidate")
        app.text_input(key="comment-text").set_value(LONG)
        app.button(key="comment").click().run()
    assert not app.exception
    assert said in plain_text(app)
    assert do in plain_text(app)
    assert app.text_input(key="comment-text").value == LONG
    st.cache_resource.clear()
    assert is_whole(furnished)


def test_a_worker_that_can_not_be_started_is_said_and_its_run_waits(furnished: Home, visit: Open) -> None:
    shutil.rmtree(furnished.logs, ignore_errors=True)
    furnished.logs.write_text("This is no folder.")
    app = visit(furnished, "runs")
    app.selectbox(key="target-polarity").select("smollm2-135m").run()
    app.button(key="start").click().run()
    assert not app.exception
    assert "The worker can't be started" in plain_text(app)
    assert "What was entered waits, and can be continued." in plain_text(app)
    with closing(open_database(furnished.path)) as database, database.session() as session:
        assert list_runs(session)[0].state == "waiting"


def test_a_database_of_a_newer_version_is_said_on_every_page_and_left_as_it_is(
    furnished: Home, visit: Open
) -> None:
    with closing(open_database(furnished.path)) as database, database.session() as session:
        session.connection().exec_driver_sql("update alembic_version set version_num = '9999'")
    before = furnished.database.read_bytes()
    app = visit(furnished, "inbox")
    assert "The database was made by a newer version of this program" in plain_text(app)
    assert "Install that version, or name another home." in plain_text(app)
    assert furnished.database.read_bytes() == before


@pytest.mark.parametrize(
    ("table", "page"), [("candidate", "inbox"), ("run", "runs"), ("snippet_version", "library")]
)
def test_a_page_of_a_damaged_database_names_the_newest_backup_and_overwrites_nothing(
    furnished: Home, visit: Open, tmp_path: Path, table: str, page: str
) -> None:
    with closing(open_database(furnished.path)) as database:
        back_up(database, tmp_path / "monday.db")
    damage_table(furnished.database, table)
    before = furnished.database.read_bytes()
    app = visit(furnished, page)
    assert "The database file is damaged" in plain_text(app)
    assert f"composer restore {tmp_path / 'monday.db'}" in plain_text(app)
    st.cache_resource.clear()
    assert furnished.database.read_bytes() == before
