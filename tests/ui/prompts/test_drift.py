"""Prompts in use over time on their page: what can be scored, figures with intervals, the mark, what follows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from composer.drift import scoring
from composer.home.paths import Home
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.runs import worker
from library.database import Database, open_database
from tests import small
from tests.composer.drift import labels
from tests.ui.pages import Open, plain_text

PLACE = {"task": "small", "target": "tiny"}


@pytest.fixture(scope="session")
def _released_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in-use")
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder)
    small.run(database, home, small.enter(database, budget=100), small.engine())
    with database.session() as session:
        give_verdict(session, 1, "approve", reason="Clear gain.", by="Grace", at=small.NOW)
        release_candidate(session, 1, reason="Clear gain.", by="Grace", at=small.NOW)
    database.close()
    return home.path


@pytest.fixture
def in_use(home: Home, _released_home: Path) -> Iterator[Database]:
    """The database of `home`, in which candidate 1 is released."""
    shutil.copytree(_released_home, home.path)
    database = open_database(home.path)
    yield database
    database.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(scoring, "start", lambda _home, number: found.append(number))
    monkeypatch.setattr(worker, "start", lambda _home, number: found.append(-number))
    return found


def test_before_the_first_scoring_it_says_what_it_is_for_and_offers_the_anchors(
    in_use: Database, home: Home, visit: Open
) -> None:
    page = visit(home, "prompts", **PLACE)
    assert "Not scored again yet" in plain_text(page)
    assert [one.label for one in page.button if one.key and one.key.startswith("score-")] == [
        "Set 8 anchors apart, and ask about them again"
    ]


def test_new_labels_are_offered_with_their_price_and_a_press_starts_a_worker(
    in_use: Database, home: Home, visit: Open, started: list[int]
) -> None:
    labels.arrive(in_use)
    page = visit(home, "prompts", **PLACE)
    assert page.button("score-new-labels").label == "Score again on 24 new examples"
    assert "24 answers to pay" in plain_text(page)
    page.button("score-new-labels").click().run()
    assert not page.exception
    assert started == [1]


def test_what_was_scored_is_a_line_with_its_interval_and_a_mark_that_leads_to_the_run(
    in_use: Database, home: Home, visit: Open
) -> None:
    labels.policy(in_use)
    labels.arrive(in_use)
    labels.scored(in_use, home, labels.engine(wrong=labels.new()))
    labels.scored(in_use, home, small.engine(), "anchors")
    shown = plain_text(visit(home, "prompts", **PLACE))
    assert "24 new labels" in shown
    assert "10 anchors" in shown
    assert "16 own evidence" in shown
    assert "0 answers read otherwise" in shown
    assert "Run 2 looks for a better one" in shown
    assert "below its threshold</span>" in shown
    inbox = plain_text(visit(home, "inbox"))
    assert "all of it worse than 30" in inbox


def test_without_a_threshold_nothing_is_marked_and_the_page_says_so(
    in_use: Database, home: Home, visit: Open
) -> None:
    labels.arrive(in_use)
    labels.scored(in_use, home, labels.engine(wrong=labels.new()))
    shown = plain_text(visit(home, "prompts", **PLACE))
    assert "sets no threshold, so nothing is marked" in shown
    assert "below its threshold" not in shown
