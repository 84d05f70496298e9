"""`composer drift`: figures over time, what can be scored and at what price, and what follows from new labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.drift import scoring
from composer.home.paths import Home
from composer.models import connection
from composer.registry.anchors import anchors_of
from composer.runs import worker
from library.database import Database
from tests import small
from tests.composer.drift import labels
from tests.scripted import ScriptedEngine, connecting

Run = Callable[..., str]


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as Ada on `home` with this model and return what it prints."""

    def ran(*arguments: str, model: ScriptedEngine | None = None, code: int = 0) -> str:
        monkeypatch.setattr(connection, "connect", connecting(model or labels.engine()))
        result = CliRunner().invoke(
            app, [*arguments, "--home", str(home.path)], env={"COMPOSER_PERSON": "Ada", "COLUMNS": "200"}
        )
        assert result.exit_code == code, result.output
        return result.output

    return ran


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was started as a process of its own."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(scoring, "start", lambda _home, number: found.append(("scoring", number)))
    monkeypatch.setattr(worker, "start", lambda _home, number: found.append(("run", number)))
    return found


def test_before_anything_is_released_it_says_so(filled: Database, run: Run) -> None:
    assert "Nothing is released yet" in run("drift")
    assert "nothing is released for small" in run("drift", "score", "small", "--yes", code=1)


def test_the_table_starts_with_the_releases_own_evidence(released: Database, run: Run) -> None:
    shown = run("drift", "small")
    assert "16 own evidence" in shown
    assert run("drift") == shown
    (known,) = json.loads(run("drift", "small", "--json"))
    assert [one["series"] for one in known["points"]] == ["own evidence"]


def test_new_labels_are_scored_at_a_price_that_is_said_first(released: Database, run: Run) -> None:
    labels.arrive(released)
    assert "composer drift score small --target tiny" in run("drift", "small")
    refused = run("drift", "score", "small", code=1)
    assert "24 examples, 24 answers to pay" in refused
    assert "Add --yes" in refused
    done = run("drift", "score", "small", "--yes")
    assert "on 24 new labels: NMSE 0 [0, " in done
    assert "24 answers paid" in done
    assert "24 new labels" in run("drift", "small")
    assert "there is nothing to score" in run("drift", "score", "small", "--yes", code=1)


def test_a_mark_is_shown_with_what_to_do_also_in_the_inbox_and_its_run_is_started(
    released: Database, run: Run, started: list[tuple[str, int]]
) -> None:
    labels.policy(released)
    labels.arrive(released)
    done = run("drift", "score", "small", "--yes", model=labels.engine(wrong=labels.new()))
    assert "Release 1 (small → tiny) is below its threshold: NMSE 6" in done
    assert started == [("run", 2)]
    for command in (("drift",), ("inbox",)):
        shown = run(*command)
        assert "is below its threshold" in shown
        assert "Run 2 looks for a better one" in shown
    (known,) = json.loads(run("drift", "--json"))
    assert (known["threshold"], known["below"]["run"]) == (30, 2)


def test_anchors_are_set_apart_with_a_warning(released: Database, run: Run) -> None:
    shown = run("drift", "score", "--anchors", "--yes", model=small.engine())
    assert "8 sealed examples of small become its anchors, for good" in shown
    assert "0 of 8 answers are read otherwise than the first ones" in shown
    assert "become its anchors" not in run("drift", "score", "--anchors", "--yes", model=small.engine())
    with released.session() as session:
        assert anchors_of(session, "small") is not None


def rows(path: Path, number: int = 48) -> Path:
    """A file of labelled rows that are new to the small task."""
    lines: list[dict[str, Any]] = [
        {"id": f"late-{place}", "query": f"q {place}", "document": f"d {place}", "gold": 1 + place % 5}
        for place in range(number)
    ]
    path.write_text("\n".join(json.dumps(one) for one in lines))
    return path


def test_an_import_says_which_prompts_in_use_can_be_scored_again(
    released: Database, run: Run, tmp_path: Path, started: list[tuple[str, int]]
) -> None:
    shown = run("data", "import", "small", str(rows(tmp_path / "rows.jsonl")))
    assert "Release 1 (small → tiny) can be scored again on " in shown
    assert "composer drift score small" in shown
    assert started == []


def test_where_the_policy_says_so_an_import_starts_the_scoring(
    released: Database, run: Run, tmp_path: Path, started: list[tuple[str, int]]
) -> None:
    labels.policy(released)
    shown = run("data", "import", "small", str(rows(tmp_path / "rows.jsonl", 120)))
    assert "Release 1 (small → tiny) is being scored again on " in shown
    assert started == [("scoring", 1)]


def test_scoring_keeps_to_a_bound_and_goes_on_under_another(released: Database, run: Run) -> None:
    labels.arrive(released)
    before = small.stored_cells(released)
    assert "has no price" in run("drift", "score", "small", "--yes", "--max-cost", "1", code=1)
    stopped = run("drift", "score", "small", "--yes", "--max-cells", "10", code=3)
    assert "Stopped at --max-cells 10. Paid for 10 answers." in stopped
    assert small.stored_cells(released) == before + 10
    assert "on 24 new labels" in run("drift", "score", "small", "--yes", "--max-cells", "14")
