"""Runs as rows: the same plan is the same run, and what lists read of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from composer.home.processes import WAITING
from composer.runs.records import ask_to_stop, get_run, list_runs
from composer.tables import RunRow
from library import log
from library.database import Database
from library.errors import Refused
from tests import small


def test_the_same_plan_is_the_same_run(filled: Database) -> None:
    assert small.enter(filled, budget=50) == small.enter(filled, budget=50)
    with filled.session() as session:
        assert [run.state for run in list_runs(session)] == [WAITING]
        entered = [entry for entry in log.entries(session) if entry.action == "run entered"]
        assert len(entered) == 1
        assert log.first_broken(session) is None


def test_several_that_enter_one_plan_at_once_get_one_run(filled: Database) -> None:
    with ThreadPoolExecutor(6) as executor:
        numbers = set(executor.map(lambda _: small.enter(filled), range(6)))
    assert len(numbers) == 1
    with filled.session() as session:
        assert len(session.exec(select(RunRow)).all()) == 1


def test_a_stop_can_be_asked_of_a_run_that_waits_and_not_of_one_that_ended(filled: Database) -> None:
    number = small.enter(filled)
    with filled.session() as session:
        ask_to_stop(session, number, by="Ada", at=small.NOW)
        row = session.get_one(RunRow, number)
        assert row.stop_asked
        row.state = "finished"
        session.add(row)
        session.flush()
        with pytest.raises(Refused, match="nothing to stop"):
            ask_to_stop(session, number, by="Ada", at=small.NOW)


def test_a_run_that_is_not_there_is_refused(filled: Database) -> None:
    with filled.session() as session, pytest.raises(Refused, match="no run 7"):
        get_run(session, 7)


def test_lists_never_read_the_record_of_a_search(submitted: Database) -> None:
    with submitted.session() as session:
        whole = get_run(session, 1)
        session.connection().exec_driver_sql("update run set trace = 'not even JSON', worth = 'nor this'")
    with submitted.session() as session:
        (listed,) = list_runs(session)
        assert vars(listed) == {name: value for name, value in vars(whole).items() if name in vars(listed)}
        assert listed.candidate_id == 1
        with pytest.raises(ValueError, match="Expecting value"):
            get_run(session, 1)
