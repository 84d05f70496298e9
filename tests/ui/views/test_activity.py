"""The Activity page: the log newest first, its filters in the link, its chain, its file."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from composer.home.paths import Home
from composer.labelling.queueing import queue_doubtful
from composer.labelling.rating import rate
from composer.registry.tasks import get_task
from library import log
from library.database import Database
from tests.ui.pages import Open, seen
from ui.activity import table

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def numbers(shown: str) -> list[int]:
    """Numbers of the entries on the page, from top to bottom."""
    return [int(one) for one in re.findall(r'<tr><td class="ic-num ic-mute">(\d+)</td>', shown)]


def write(database: Database, *whys: str, who: str = "Grace", subject: str = "candidate:1") -> None:
    with database.session() as session:
        for why in whys:
            log.append(session, who=who, action="comment", subject=subject, why=why, detail={}, at=NOW)


def test_an_empty_log_says_what_will_be_in_it(home: Home, visit: Open) -> None:
    assert "Every change is written down here" in seen(visit(home, "activity"))


def test_the_newest_stand_first_verbatim_with_links(furnished: Home, rows: Database, visit: Open) -> None:
    write(rows, "<b>Why</b> *this*?")
    shown = seen(visit(furnished, "activity"))
    found = numbers(shown)
    assert found == sorted(found, reverse=True)
    assert found[-1] == 1
    assert "&lt;b&gt;Why&lt;/b&gt; *this*?" in shown
    for link in (
        "candidate?candidate=1",
        "runs?run=1",
        "snippet?key=lean-low",
        "prompts?task=polarity&amp;target=qwen2.5-coder-0.5b",
    ):
        assert f'href="{link}"' in shown
    assert "relatedness → qwen2.5-coder-1.5b" in shown
    assert f"The chain is whole: {found[0]} entries" in shown


def test_the_link_holds_the_filters(furnished: Home, rows: Database, visit: Open) -> None:
    write(rows, "first look")
    write(rows, "second look", who="Ada")
    write(rows, "a look", subject="run:1")
    app = visit(furnished, "activity", who="Grace", kind="candidate", activity="LOOK first")
    shown = seen(app)
    assert len(numbers(shown)) == 1
    assert "first look" in shown
    assert "fit." in shown
    assert (app.selectbox(key="who").value, app.selectbox(key="kind").value) == ("Grace", "candidate")
    assert app.text_input(key="activity").value == "LOOK first"


def test_a_filter_that_nothing_fits_says_so(furnished: Home, visit: Open) -> None:
    assert "fits this filter" in seen(visit(furnished, "activity", activity="no such words"))


def test_a_long_log_shows_its_newest_and_says_of_how_many(furnished: Home, rows: Database, visit: Open) -> None:
    write(rows, *["again"] * 230)
    with rows.session() as session:
        total = log.count(session)
    shown = seen(visit(furnished, "activity"))
    assert numbers(shown) == list(range(total, total - 200, -1))
    assert f"The newest 200 of {total} entries that fit" in shown


def test_a_changed_entry_is_named(furnished: Home, rows: Database, visit: Open) -> None:
    with rows.session() as session:
        session.execute(text("update log set why = 'Because.' where id = 3"))
    shown = seen(visit(furnished, "activity"))
    assert "Entry 3 is not what was written" in shown
    assert "whole" not in shown


def test_an_entry_that_can_not_be_read_is_named_and_no_error_is_thrown(
    furnished: Home, rows: Database, visit: Open
) -> None:
    with rows.session() as session:
        session.execute(text("update log set detail = 'no JSON' where id = 3"))
    shown = seen(visit(furnished, "activity"))
    assert "Entry 3 is not what was written" in shown
    assert "can't be read" in shown.replace("\\", "")


def test_a_very_long_log_is_checked_when_asked(
    furnished: Home, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_CHECKED_UNASKED", 5)
    app = visit(furnished, "activity")
    assert "is checked when you ask" in seen(app)
    app.button(key="check").click().run()
    assert "The chain is whole" in seen(app)


def test_a_changed_row_is_named_when_log_and_rows_are_checked(
    furnished: Home, rows: Database, visit: Open
) -> None:
    with rows.session() as session:
        session.execute(text("update target set added_by = '<Eve>' where id = 1"))
    app = visit(furnished, "activity")
    assert "The chain is whole" in seen(app)
    app.button(key="check").click().run()
    assert re.search("target 1 .*is not what entry \\d+ of the log says", seen(app))


def test_single_ratings_are_listed_where_they_are_asked_for(furnished: Home, rows: Database, visit: Open) -> None:
    with rows.session() as session:
        queue_doubtful(session, get_task(session, "polarity"), 30, by="Ada (local)", at=NOW)
        for item in range(1, 31):
            rate(session, item, "positive", by="Ada (local)", at=NOW)
    shown = seen(visit(furnished, "activity"))
    assert ">examples queued<" in shown
    assert ">rated<" not in shown
    assert "listed under the kind queue" in shown
    assert seen(visit(furnished, "activity", kind="queue")).count(">rated<") == 30
