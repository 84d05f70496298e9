"""Runs: the same plan is the same run, and a plan that can't work is refused before anything is paid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from composer.data.examples import Dataset
from composer.home.processes import WAITING
from composer.models.target import Target
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.runs.plan import plan_run
from composer.runs.records import ask_to_stop, get_run, list_runs
from composer.tables import RunRow
from library import log
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from tests import small

PLAN: dict[str, Any] = {"strategy": "greedy", "seed": 0, "budget": 50}


def planned(session: Session, task: str = "small", target: str = "tiny", **changes: Any) -> str:
    return plan_run(session, task, target, **{**PLAN, **changes}).identity


def test_the_same_plan_is_the_same_run(filled: Database) -> None:
    assert small.enter(filled, budget=50) == small.enter(filled, budget=50)
    with filled.session() as session:
        assert [run.state for run in list_runs(session)] == [WAITING]
        entered = [entry for entry in log.entries(session) if entry.action == "run entered"]
        assert len(entered) == 1
        assert log.first_broken(session) is None


@pytest.mark.parametrize("change", [{"budget": 51}, {"seed": 1}, {"strategy": "random"}])
def test_another_setting_is_another_run(filled: Database, change: dict[str, Any]) -> None:
    with filled.session() as session:
        assert planned(session, **change) != planned(session)


def test_whatever_it_rests_on_makes_another_run(filled: Database, tmp_path: Path) -> None:
    seen = []
    with filled.session() as session:
        seen.append(planned(session))
        add_task(session, small.task(message="{{query}}: {{document}}"), by="Ada", at=small.NOW)
        seen.append(planned(session))
        add_examples(session, small.task(), Dataset(small.examples(15, 16)), by="Ada", at=small.NOW)
        seen.append(planned(session))
        other = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", max_tokens=32)
        add_target(session, other, by="Ada", at=small.NOW)
        seen.append(planned(session))
    library = small.write_library(tmp_path / "more.yaml", {"careful": "Take care."})
    with filled.session() as session:
        import_file(session, library, by="Ada", at=small.NOW)
        seen.append(planned(session))
    assert len(set(seen)) == 5


def test_a_draft_is_no_part_of_the_vocabulary(filled: Database, tmp_path: Path) -> None:
    library = small.write_library(tmp_path / "drafts.yaml", {"new": "A new one."}, new="draft")
    with filled.session() as session:
        before = planned(session)
        import_file(session, library, by="Ada", at=small.NOW)
        plan = plan_run(session, "small", "tiny", **PLAN)
    assert plan.identity == before
    assert set(plan.vocabulary.versions) == set(small.TEXTS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"task": "smal"}, "small"),
        ({"target": "tinny"}, "tiny"),
        ({"strategy": "guess"}, "effects, greedy"),
        ({"budget": 0}, "budget"),
        ({"budget": -5}, "budget"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(filled: Database, change: dict[str, Any], says: str) -> None:
    with filled.session() as session, pytest.raises(Refused, match=says):
        planned(session, **change)


def test_a_library_without_vetted_snippets_for_the_task_is_refused(filled: Database) -> None:
    tagged = small.task(snippets={"tags": ["nothing-has-this"]})
    with filled.session() as session:
        add_task(session, tagged, by="Ada", at=small.NOW)
        with pytest.raises(Refused, match="no vetted snippet"):
            planned(session)


def test_a_task_without_data_is_refused(filled: Database) -> None:
    with filled.session() as session:
        add_task(session, small.task(name="bare"), by="Ada", at=small.NOW)
        with pytest.raises(Refused, match="composer data import bare"):
            planned(session, task="bare")


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
