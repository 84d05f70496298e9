from __future__ import annotations

import pytest

from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, RUNNING, STOPPED, WAITING
from composer.runs import worker
from composer.runs.queue import check_queued, give_back, give_up, queued_runs
from composer.runs.records import ask_to_stop, run_row
from library.claims import Taken
from library.database import Database
from library.errors import Refused
from tests import small
from tests.scripted import connecting


def queued(database: Database) -> list[int]:
    with database.session() as session:
        return [one.id for one in queued_runs(session)]


def put(database: Database, run: int, state: str) -> None:
    with database.session() as session:
        run_row(session, run).state = state


def state(database: Database, run: int) -> tuple[str, str]:
    with database.session() as session:
        row = run_row(session, run)
        return row.state, row.message


def test_those_wait_that_nobody_has_begun_or_whose_worker_was_killed_the_oldest_first(filled: Database) -> None:
    runs = [small.enter(filled, seed=seed) for seed in range(5)]
    for run, each in zip(runs, (FINISHED, RUNNING, FAILED, STOPPED, WAITING), strict=True):
        put(filled, run, each)
    assert queued(filled) == [runs[1], runs[4]]


def test_a_run_that_ended_since_it_was_looked_at_is_not_done_again(filled: Database, home: Home) -> None:
    run = small.enter(filled)
    check_queued(filled, run)
    small.run(filled, home, run, small.engine())
    engine = small.engine()
    with pytest.raises(Taken, match=f"run {run} is finished by now"):
        worker.work(filled, home, run, connect=connecting(engine), only_queued=True)
    assert engine.asked == []


def test_a_run_that_can_not_begin_says_why_and_waits_no_more(filled: Database, home: Home) -> None:
    run = small.enter(filled)
    small.write_library(home.path / "more.yaml", {"more": "Say more."})
    with filled.session() as session:
        run_row(session, run).library = "another"
        run_row(session, run).identity = "another"
    with pytest.raises(Refused, match="has changed since"):
        worker.work(filled, home, run, connect=connecting(small.engine()), only_queued=True)
    said, message = state(filled, run)
    assert said == FAILED
    assert "has changed since" in message
    assert queued(filled) == []


def test_one_given_back_waits_for_the_next_and_one_that_finished_stays_so(filled: Database) -> None:
    run = small.enter(filled)
    put(filled, run, STOPPED)
    give_back(filled, run)
    assert queued(filled) == [run]
    put(filled, run, FINISHED)
    give_back(filled, run)
    assert state(filled, run)[0] == FINISHED


def test_one_that_is_asked_to_stop_while_it_waits_is_taken_and_stops(filled: Database, home: Home) -> None:
    run = small.enter(filled)
    with filled.session() as session:
        ask_to_stop(session, run, by="Ada", at=small.NOW)
    assert queued(filled) == [run]
    give_up(filled, run, Refused("no"))
    assert state(filled, run) == (FAILED, "no")
