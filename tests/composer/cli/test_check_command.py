"""`composer check`: its exit status, its report, and going on from where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlmodel import select

from composer.answers.served import ModelChanged
from composer.models import connection
from composer.models.client import Outage
from composer.tables import CellRow
from library.database import Database
from library.tables import LogRow
from tests import small
from tests.composer.checking.test_work import TEST
from tests.composer.cli.conftest import Run
from tests.composer.drift import labels
from tests.scripted import ScriptedEngine, connecting

CHECK = ("check", "small", "--target", "tiny")


def serve(monkeypatch: pytest.MonkeyPatch, engine: ScriptedEngine) -> ScriptedEngine:
    monkeypatch.setattr(connection, "connect", connecting(engine))
    return engine


def test_as_it_was_exits_0_and_prints_the_report(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, small.engine())
    said = run(*CHECK)
    assert said.exit_code == 0
    assert said.stdout.startswith("**As at release**: NMSE ")
    assert "composer check small --target tiny --rows 16 --seed 0" in said.stdout


def test_worse_exits_1_and_writes_the_report(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serve(monkeypatch, labels.engine(wrong=TEST))
    said = run(*CHECK, "--report", str(tmp_path / "check.md"))
    assert said.exit_code == 1
    assert said.stdout.startswith("Worse than at release: NMSE ")
    assert said.stdout.count("\n") == 1
    assert (tmp_path / "check.md").read_text().startswith("**Worse than at release**: NMSE ")


def test_a_script_reads_all_of_it(released: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, labels.engine(wrong=TEST[:3]))
    said = run(*CHECK, "--json", "--rows", "12", "--seed", "4", "--margin", "50")
    value = json.loads(said.stdout)
    assert (said.exit_code, value["failed"]) == (0, False)
    assert (value["rows"], value["available"], value["seed"], value["margin"]) == (12, 16, 4, 50)
    assert [one["name"] for one in value["figures"]][:2] == ["nmse", "valid_rate"]
    assert value["better"] + value["same"] + value["worse"] == 12


def test_it_stops_at_a_bound_and_goes_on_from_there(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = serve(monkeypatch, small.engine())
    assert run(*CHECK, "--max-cells", "5").exit_code == 3
    assert len(engine.asked) == 5
    done = run(*CHECK, "--json")
    assert json.loads(done.stdout)["paid"] == 11
    assert len(engine.asked) == 16


def test_a_release_that_does_not_verify_exits_1_and_the_report_has_the_reason(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = serve(monkeypatch, small.engine())
    with released.session() as session:
        cell = session.exec(select(CellRow).where(CellRow.example_id == TEST[0].id)).first()
        assert cell is not None
        cell.text = '{"rating": 5}'
        session.add(cell)
    said = run(*CHECK, "--report", str(tmp_path / "check.md"))
    assert said.exit_code == 1
    assert "was changed behind the log" in said.stderr
    report = (tmp_path / "check.md").read_text()
    assert report.startswith("**The release does not verify**: `small` on `tiny` was not compared.")
    assert "was changed behind the log" in report
    assert engine.asked == []


@pytest.mark.parametrize(
    ("problem", "head"),
    [
        (Outage("the server can't be reached"), "It could not be asked"),
        (ModelChanged("x"), "Another model answers"),
    ],
)
def test_what_could_not_be_asked_exits_1_and_says_that_nothing_was_compared(
    released: Database,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    problem: Exception,
    head: str,
) -> None:
    serve(monkeypatch, small.Dying(small.engine(), 4, problem))
    said = run(*CHECK, "--report", str(tmp_path / "check.md"))
    assert said.exit_code == 1
    assert (tmp_path / "check.md").read_text().startswith(f"**{head}**: ")
    assert run(*CHECK, "--json").exit_code == 1
    assert json.loads(run(*CHECK, "--json").stdout)["what"] == head


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_asked(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = serve(monkeypatch, small.engine())
    for place in (tmp_path, tmp_path / "nowhere" / "check.md"):
        said = run(*CHECK, "--report", str(place))
        assert (said.exit_code, engine.asked) == (1, [])
        assert "the report can't be written there" in said.stderr


def test_a_check_that_ends_early_leaves_no_report_of_another(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serve(monkeypatch, small.engine())
    (tmp_path / "check.md").write_text("of yesterday")
    assert run(*CHECK, "--report", str(tmp_path / "check.md"), "--max-cells", "5").exit_code == 3
    assert not (tmp_path / "check.md").exists()


def test_nothing_released_is_refused(submitted: Database, run: Run) -> None:
    said = run(*CHECK)
    assert said.exit_code == 1
    assert "nothing is released for small on tiny" in said.stderr
    assert said.stdout == ""


def test_a_bound_on_money_without_a_price_is_refused_before_the_check_is_entered(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = serve(monkeypatch, small.engine())
    said = run(*CHECK, "--max-cost", "1")
    assert said.exit_code == 1
    assert "price" in said.stderr
    assert engine.asked == []
    with released.session() as session:
        assert session.exec(select(LogRow).where(LogRow.action == "check asked")).first() is None
