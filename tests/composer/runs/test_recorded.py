"""The recorded example: made from the answers that come along, without a model, and in a home of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.audit.verification import audit
from composer.candidates.records import get_candidate
from composer.cli.compose import measured
from composer.evaluation.formatting import change, figure, interval
from composer.home.example import CANDIDATE, RECORDING, example_of, has_example, open_example
from composer.home.paths import Home
from composer.review.decisions import give_verdict
from composer.runs.recorded import Unrecorded, make_example, read_recording, recording_of, write_recording
from composer.runs.records import get_run
from library.database import Database
from library.errors import Refused
from tests import small
from tests.conftest import NOW

README = Path(__file__).resolve().parents[3] / "README.md"


def test_it_is_the_whole_run_and_readme_has_its_figures(recorded_example: Home) -> None:
    with open_example(recorded_example).session() as session:
        candidate = get_candidate(session, CANDIDATE)
        run = get_run(session, candidate.run_id)
        assert (candidate.task, candidate.target) == ("sentiment", "qwen2.5-coder-1.5b")
        assert audit(session).differences == ()
    assert run.counts.paid == 0
    assert not candidate.failing_gates
    metric = candidate.figures[0]
    before, after = (figure(metric.name, side) for side in (metric.incumbent, metric.candidate))
    difference = f"{change(metric.name, metric.difference)} {interval(metric)}"
    row = next(line for line in README.read_text().splitlines() if line.startswith("| `… demo --headless` "))
    assert [cell.strip() for cell in row.split("|")[3:6]] == [before, after, difference]


def test_a_run_ends_with_how_far_it_has_come(recorded_example: Home) -> None:
    with open_example(recorded_example).session() as session:
        _, sentences = measured(session, CANDIDATE)
    assert any("(100%) the incumbent has come 11%, the candidate 79%" in one for one in sentences)


def test_nothing_in_it_can_be_changed(recorded_example: Home) -> None:
    with (
        pytest.raises(Refused, match="this is the recorded example"),
        open_example(recorded_example).session() as session,
    ):
        give_verdict(session, CANDIDATE, "no-go", reason="Not on this.", by="Ada", at=NOW)


def test_the_home_around_it_is_left_alone(recorded_example: Home) -> None:
    assert has_example(recorded_example)
    assert not recorded_example.database.exists()


def test_a_home_without_it_says_how_to_have_it(home: Home) -> None:
    with pytest.raises(Refused, match="composer demo"):
        open_example(home)


def test_a_recording_that_lacks_an_answer_leaves_nothing_behind(home: Home, tmp_path: Path) -> None:
    torn = tmp_path / "torn.jsonl"
    torn.write_text("\n".join(RECORDING.read_text(encoding="utf-8").splitlines()[:100]), encoding="utf-8")
    with pytest.raises(Unrecorded, match="bench example"):
        make_example(home, torn)
    assert list(home.path.iterdir()) == []


def test_another_recording_takes_the_place_of_an_older_one(home: Home) -> None:
    older = home.path / "example-0123456789ab"
    older.mkdir(parents=True)
    make_example(home)
    assert list(home.path.iterdir()) == [example_of(home).path]


def test_a_recording_is_read_as_it_was_written(database: Database, home: Home, tmp_path: Path) -> None:
    small.fill(database, tmp_path)
    number = small.enter(database, budget=100)
    result = small.run(database, home, number, small.engine())
    with database.session() as session:
        recording = recording_of(session, number)
    write_recording(recording, tmp_path / "recorded.jsonl")
    again = read_recording(tmp_path / "recorded.jsonl")
    assert len(again.answers) == result.cells.paid
    assert [one._replace(seconds=0) for one in again.answers] == [
        one._replace(seconds=0) for one in recording.answers
    ]
    assert (again.task, again.target, again.budget) == (recording.task, recording.target, 100)


def test_a_run_that_has_not_ended_is_not_recorded(database: Database, tmp_path: Path) -> None:
    small.fill(database, tmp_path)
    number = small.enter(database, budget=100)
    with pytest.raises(Refused, match="has not finished"), database.session() as session:
        recording_of(session, number)
