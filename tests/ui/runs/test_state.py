"""The state of a run on the page: as stored, and whether a worker has it or may still take it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from composer.adaptation import worker as adaptations
from composer.answers.evaluator import Counts
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, RUNNING, STOPPED, WAITING
from composer.runs import worker
from composer.runs.records import RunSummary
from ui.runs.state import BEGUN, PATIENCE_SECONDS, begin, mark, run_state

NOW = timedelta()
LATE = timedelta(seconds=2 * PATIENCE_SECONDS)


@pytest.fixture(autouse=True)
def here(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("COMPOSER_HOME", str(home.path))
    yield home
    BEGUN.of(1).pop()


def run(
    state: str, age: timedelta = NOW, ended: timedelta | None = None, adaptation: int | None = None
) -> RunSummary:
    """Return a run that was entered so long before this moment, and ended so long before it."""
    now = datetime.now(UTC)
    ended_at = None if ended is None else now - ended
    return RunSummary(
        1,
        "t",
        "m",
        "greedy",
        0,
        40,
        state,
        Counts(),
        40,
        "",
        "Ada",
        now - age,
        None,
        ended_at,
        adaptation,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("stored", "age", "shown"),
    [
        (WAITING, NOW, "starting"),
        (WAITING, LATE, "not started"),
        (RUNNING, NOW, "interrupted"),
        (STOPPED, NOW, STOPPED),
        (FINISHED, NOW, FINISHED),
    ],
)
def test_without_a_worker_a_run_waits_for_a_minute(stored: str, age: timedelta, shown: str) -> None:
    assert run_state(run(stored, age, ended=NOW if stored == STOPPED else None)) == shown


def test_a_run_whose_worker_holds_its_lock_is_at_work(here: Home) -> None:
    with exclusive_lock(here, "run-1"):
        assert run_state(run(RUNNING, LATE)) == "at work"


def test_a_run_begun_again_is_starting_until_it_ends_again(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr(worker, "start", lambda _home, run_id: started.append(run_id))
    begin(run(FAILED, LATE))
    assert started == [1]
    assert run_state(run(FAILED, LATE, ended=LATE)) == "starting"
    assert run_state(run(RUNNING, LATE)) == "starting"
    assert run_state(run(FAILED, LATE, ended=NOW)) == FAILED


def test_the_run_of_an_adaptation_that_waits_its_turn_says_so_and_is_begun_by_its_own_worker(
    here: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run(WAITING, LATE, adaptation=3)
    assert run_state(one) == "not started"
    with exclusive_lock(here, "adaptation-3"):
        assert run_state(one) == "waiting its turn"
    started: list[int] = []
    monkeypatch.setattr(adaptations, "start", lambda _home, number: started.append(number))
    begin(one)
    assert started == [3]


def test_a_state_is_marked_with_its_name() -> None:
    assert mark("interrupted") == '<span class="ic-tag ic-orange">interrupted</span>'
