"""How far a run is: reported at every change, written to its row about once a second and as a phase begins."""

from __future__ import annotations

import pytest

from composer.answers.evaluator import Counts
from composer.home.processes import FINISHED
from composer.runs import progress
from composer.runs.progress import Progress, RunRecorder
from composer.runs.records import Run, get_run
from composer.search.problem import Step
from composer.tables import RunRow
from library.database import Database
from tests import small


@pytest.fixture
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are written only where a phase begins."""
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_WRITES", 3600.0)


def recorder(database: Database, reported: list[Progress] | None = None) -> RunRecorder:
    seen = [] if reported is None else reported
    return RunRecorder(database, small.enter(database), seen.append)


def stored(database: Database) -> Run:
    with database.session() as session:
        return get_run(session, 1)


@pytest.mark.usefixtures("seldom")
def test_every_change_is_reported_and_a_new_phase_is_written_at_once(filled: Database) -> None:
    reported: list[Progress] = []
    made = recorder(filled, reported)
    made.now(phase="searching", expected=80)
    made.now(counts=Counts(asked=5, stored=2, paid=3))
    assert [(one.phase, one.counts.asked) for one in reported] == [("searching", 0), ("searching", 5)]
    assert (stored(filled).message, stored(filled).expected, stored(filled).counts.paid) == ("searching", 80, 0)
    made.now(phase="comparing")
    assert (stored(filled).message, stored(filled).counts) == ("comparing", Counts(asked=5, stored=2, paid=3))


def test_within_a_phase_it_is_written_once_the_time_is_up(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = recorder(filled)
    made.now(phase="searching")
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_WRITES", 0.0)
    made.now(counts=Counts(asked=7, stored=0, paid=7))
    assert stored(filled).counts.paid == 7


@pytest.mark.usefixtures("seldom")
def test_steps_are_counted_by_composition_and_the_best_is_the_one_on_most_examples(filled: Database) -> None:
    made = recorder(filled)
    for keys, gain, examples in ((("exact",), 0.5, 4), (("topic",), 0.1, 8), (("topic",), 0.3, 8), ((), 0.9, 4)):
        made.step(Step(keys, gain, examples, 10))
    assert (made.progress.tried, made.progress.best) == (3, Step(("topic",), 0.3, 8, 10))
    made.now(phase="comparing")
    assert len(stored(filled).trace) == 4


@pytest.mark.usefixtures("seldom")
def test_a_stop_is_heard_with_the_next_write(filled: Database) -> None:
    made = recorder(filled)
    made.now(phase="searching")
    with filled.session() as session:
        row = session.get_one(RunRow, 1)
        row.stop_asked = True
        session.add(row)
    assert not made.stop_asked()
    made.now(phase="comparing")
    assert made.stop_asked()


@pytest.mark.usefixtures("seldom")
def test_the_end_is_written_and_an_earlier_result_stays_where_there_is_no_new_one(submitted: Database) -> None:
    earlier = stored(submitted).result
    made = RunRecorder(submitted, 1, lambda _progress: None)
    made.end(FINISHED, "done")
    run = stored(submitted)
    assert (run.state, run.message, run.result) == (FINISHED, "done", earlier)
    assert earlier is not None
    assert run.ended_at is not None
