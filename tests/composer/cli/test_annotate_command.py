"""`composer annotate`: it says first what it takes, does it, and goes on from where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer.models import connection
from library.database import Database
from tests.composer.annotation.test_work import ROWS, model, read, write_csv
from tests.composer.cli.conftest import Run
from tests.scripted import ScriptedEngine, connecting


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "rows.csv")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    made = model()
    monkeypatch.setattr(connection, "connect", connecting(made))
    return made


def arguments(source: Path) -> tuple[str, ...]:
    output = source.with_name("out.csv")
    return ("annotate", "small", "--target", "tiny", "--input", str(source), "--output", str(output))


def test_a_dry_run_says_what_it_takes_and_asks_nothing(
    released: Database, run: Run, source: Path, engine: ScriptedEngine
) -> None:
    said = run(*arguments(source), "--dry-run")
    assert said.exit_code == 0
    assert "30 rows; 30 answers to pay" in said.stdout
    assert engine.asked == []
    assert not source.with_name("out.csv").exists()


def test_every_row_gets_its_answer(released: Database, run: Run, source: Path, engine: ScriptedEngine) -> None:
    said = run(*arguments(source), "--yes")
    assert "out.csv: 30 rows, 27 with a valid answer" in said.stdout
    assert [one["rating"] for one in read(source.with_name("out.csv"))[:3]] == ["1", "2", "3"]
    assert len(read(source.with_name("out.malformed.jsonl"))) == 3


def test_without_a_terminal_nothing_is_asked_unless_yes_is_said(
    released: Database, run: Run, source: Path, engine: ScriptedEngine
) -> None:
    refused = run(*arguments(source))
    assert refused.exit_code == 1
    assert "Add --yes" in refused.stderr
    assert engine.asked == []


def test_it_stops_at_a_bound_and_goes_on_from_there(
    released: Database, run: Run, source: Path, engine: ScriptedEngine
) -> None:
    stopped = run(*arguments(source), "--yes", "--max-cells", "10")
    assert stopped.exit_code == 3
    assert len(engine.asked) == 10
    assert not source.with_name("out.csv").exists()
    done = run(*arguments(source), "--yes", "--json")
    assert json.loads(done.stdout)["paid"] == len(ROWS) - 10
    assert len(engine.asked) == len(ROWS)
