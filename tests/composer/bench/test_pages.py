"""`composer bench pages`: a made-up home shows every part of a page, and a real server is measured on it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from composer.audit import audit
from composer.bench import pagetimes
from composer.bench.made_up import synthetic_dataset
from composer.bench.pages import CHANGED, FEWEST, Populated, populate
from composer.cli.bench import app
from composer.home.paths import Home
from composer.review.inbox import inbox
from composer.review.status import get_review
from library.database import Database, open_database
from library.errors import Refused
from tests.conftest import NOW
from tests.library.queries import statements

CANDIDATES = 8


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Populated]]:
    home = Home(tmp_path_factory.mktemp("pages") / "home")
    database = open_database(home.path)
    yield database, populate(home, database, examples=FEWEST, candidates=CANDIDATES, at=NOW)
    database.close()


def test_the_candidate_has_all_that_a_page_shows(place: tuple[Database, Populated]) -> None:
    database, found = place
    with database.session() as session:
        review = get_review(session, found.candidate)
    rows = review.candidate.rows
    assert len(rows) == FEWEST
    assert review.composition.versions
    assert {row.outcome for row in rows} == {"better", "same", "worse"}
    assert len(review.candidate.slices) > 1
    assert not review.status.stale
    assert 0 < len(review.status.dispositions) < len(review.candidate.regressions)


def test_the_inbox_is_full_and_some_wait_for_changes(place: tuple[Database, Populated]) -> None:
    database, _ = place
    with database.session() as session:
        states = [entry.state for entry in inbox(session)]
    assert len(states) == CANDIDATES
    assert states.count("changes requested") == len(range(0, CANDIDATES - 2, CHANGED))
    assert "unreadable" not in states


def test_many_candidates_are_read_together_and_not_one_by_one(place: tuple[Database, Populated]) -> None:
    with place[0].session() as session, statements(session) as sent:
        assert len(inbox(session)) == CANDIDATES
    assert max(Counter(sent).values()) <= 2, "once for each task"


def test_its_log_and_its_rows_agree(place: tuple[Database, Populated]) -> None:
    with place[0].session() as session:
        assert audit(session).differences == ()


def test_examples_are_of_the_size_that_people_compare() -> None:
    data = synthetic_dataset(200, np.random.default_rng(0))
    assert {len(text.split()) for one in data.examples for text in one.inputs.values()} == {40}
    assert len({one.id for one in data.examples}) == len(data.examples)
    assert sum(one.split == "test" for one in data.examples) == 200


def test_too_few_examples_are_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = open_database(home.path)
    with pytest.raises(Refused, match="too few"):
        populate(home, database, examples=FEWEST - 1, candidates=2, at=NOW)
    database.close()


def test_the_pages_of_a_real_server_are_measured() -> None:
    told: list[None] = []
    figures = pagetimes.measure_pages(
        FEWEST,
        at=NOW,
        repetitions=1,
        candidates=4,
        tasks=2,
        targets=3,
        adaptations=4,
        on_done=lambda: told.append(None),
    )
    assert set(figures) == set(FIGURES)
    assert all(value > 0 for value in figures.values())
    assert 50_000 < figures["bytes"] < pagetimes.LIMITS.most["bytes"]
    assert len(told) == 5


FIGURES = {
    "candidate_first_ms": 400,
    "candidate_filter_ms": 150,
    "inbox_ms": 900,
    "bytes": 500_000,
    "models_first_ms": 450,
    "models_other_ms": 200,
    "models_beside_ms": 300,
    "adapt_first_ms": 350,
    "adapt_chosen_ms": 300,
    "adapt_filter_ms": 250,
}


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, 0), ({"candidate_filter_ms": 200}, 1), ({"bytes": 2_000_001}, 1), ({"models_first_ms": 500}, 1)],
)
def test_a_broken_limit_is_told(monkeypatch: pytest.MonkeyPatch, changes: dict[str, int], status: int) -> None:
    monkeypatch.setattr(pagetimes, "measure_pages", lambda *_given, **_named: {**FIGURES, **changes})
    told = CliRunner().invoke(app, ["pages", "--json", "--check"])
    assert told.exit_code == status
    assert json.loads(told.stdout) == {**FIGURES, **changes}
    shown = CliRunner().invoke(app, ["pages"])
    assert shown.exit_code == 0
    assert ("over" in shown.stdout) == bool(status)
