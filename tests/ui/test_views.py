"""What was measured and not let through: a page like any other, and a tab of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.evaluation import intervals
from composer.home.paths import Home
from library.database import open_database
from tests import small
from tests.ui.pages import Open, plain_text, seen


@pytest.fixture
def lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose only run ended with a composition that fails its gates."""
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    home = Home(tmp_path / "lost")
    database = open_database(home.path)
    small.fill(database, tmp_path)
    small.run(database, home, small.enter(database, budget=100), small.losing())
    database.close()
    return home


def test_its_page_has_figures_and_rows_and_no_way_to_approve_it(lost: Home, visit: Open) -> None:
    app = visit(lost, "candidate", candidate="1")
    shown = seen(app)
    assert "<b>Approvals</b>" not in shown
    for words in ("not let through</span>", "NMSE rises by", "Every example", "the gate “improves” fails"):
        assert words in shown
    assert app.button(key="approve").disabled
    assert not app.button(key="no-go").disabled


def test_the_inbox_lists_it_under_its_own_tab(lost: Home, visit: Open) -> None:
    app = visit(lost, "inbox")
    assert app.query_params.get("state") in (None, [], ["not let through"])
    assert "small → tiny" in seen(app)
    assert "small → tiny" not in seen(visit(lost, "inbox", state="all"))


def test_its_run_leads_to_it(lost: Home, visit: Open) -> None:
    app = visit(lost, "runs", run="1")
    assert "Candidate 1 was not let through: NMSE" in seen(app)
    assert "candidate 1</a>, not let through" in seen(app)
    assert [link.value for link in app.page_link] == ["Open candidate 1"]


def test_what_somebody_picked_has_no_search_to_show(lost: Home, visit: Open) -> None:
    database = open_database(lost.path)
    small.run(database, lost, small.propose(database, "topic"), small.engine())
    database.close()
    shown = plain_text(visit(lost, "candidate", candidate="2"))
    for words in (
        "somebody picked it, and nothing was searched",
        "no estimate on dev: nothing was searched",
        "read 1 time before",
    ):
        assert words in shown
    assert "Candidate 2 " in seen(visit(lost, "runs", run="2"))
