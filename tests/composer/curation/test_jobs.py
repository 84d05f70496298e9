"""Jobs on authoring examples: paid once, kept and named, stopped and continued, for curators alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from composer.answers.evaluator import Stopped, questions_of
from composer.answers.store import keep_all
from composer.audit import audit
from composer.curation import jobs
from composer.curation.disagreements import find_disagreements
from composer.curation.jobs import AuthoringJob, ask_to_stop, do_job, enter_job, get_job, is_at_work, jobs_of
from composer.curation.questions import plan_answers, plan_try
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, RUNNING, STOPPED, WAITING
from composer.models.client import Outage
from composer.tables import AuthoringJobRow, CellRow
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed, add_person
from tests import small
from tests.composer.curation import authoring
from tests.composer.review import acts
from tests.scripted import ScriptedEngine, connecting


def answers(database: Database, *, by: str = "Ada") -> int:
    with database.session() as session:
        return enter_job(session, plan_answers(session, "small", "tiny"), by=by, at=small.NOW)


def attempt(database: Database, apart: Sequence[str] = (), text: str = authoring.DRAFT, *, by: str = "Ada") -> int:
    with database.session() as session:
        planned = plan_try(find_disagreements(session, "small", "tiny"), text, apart=apart, size=10)
        return enter_job(session, planned, by=by, at=small.NOW, apart=apart)


def do(database: Database, home: Home, number: int, engine: ScriptedEngine | None = None) -> AuthoringJob:
    return do_job(database, home, number, connect=connecting(engine or authoring.engine()))


def test_the_prompt_in_use_is_asked_about_every_authoring_example_once(aside: Database, home: Home) -> None:
    engine = authoring.engine()
    done = do(aside, home, answers(aside), engine)
    assert (done.state, done.paid, done.expected, len(engine.asked)) == (FINISHED, 12, 12, 12)
    again = do_job(aside, home, answers(aside), connect=acts.no_model)
    assert (again.state, again.paid, again.expected) == (FINISHED, 0, 0)


def test_only_authoring_examples_are_ever_asked_about(read: Database, home: Home) -> None:
    do(read, home, attempt(read))
    with read.session() as session:
        asked = set(session.exec(select(CellRow.example_id)))
    assert {one.partition("-")[0] for one in asked} == {"authoring"}


def test_a_try_pays_for_the_draft_alone_and_says_what_it_fixes_and_breaks(read: Database, home: Home) -> None:
    engine = authoring.engine()
    done = do(read, home, attempt(read, ("authoring-00",)), engine)
    assert (done.paid, len(engine.asked)) == (11, 11)
    assert all(authoring.DRAFT in system.split("\n") for system, _ in engine.asked)
    assert done.tried is not None
    assert done.tried.counts.better
    assert done.tried.counts.worse
    assert [row.example_id for row in done.tried.apart] == ["authoring-00"]
    assert done.examples == tuple(sorted((row.example_id for row in done.tried.rows), key=done.examples.index))
    again = do_job(read, home, attempt(read, ("authoring-00",)), connect=acts.no_model)
    assert (again.paid, again.tried) == (0, done.tried)


@pytest.mark.parametrize("problem", [Outage("the model is gone"), KeyboardInterrupt()])
def test_a_job_that_is_cut_off_keeps_its_answers_and_goes_on(
    aside: Database, home: Home, problem: BaseException
) -> None:
    number = answers(aside)
    with pytest.raises(type(problem)):
        do(aside, home, number, small.Dying(authoring.engine(), 5, problem))
    assert small.stored_cells(aside) == 4
    with aside.session() as session:
        job = get_job(session, number)
    assert (job.state, job.paid) == (FAILED if isinstance(problem, Outage) else STOPPED, 4)
    engine = authoring.engine()
    done = do(aside, home, number, engine)
    assert (done.state, done.paid, done.expected, len(engine.asked)) == (FINISHED, 8, 8, 8)


def test_one_that_is_asked_to_stop_ends_after_the_answer_in_flight(aside: Database, home: Home) -> None:
    number = answers(aside)
    good = authoring.engine()

    def answer(system: str, user: str) -> str:
        if len(good.asked) == 0 and len(engine.asked) == 3:
            with aside.session() as session:
                ask_to_stop(session, number, by="Ada", at=small.NOW)
        return good.answer(system, user)

    engine = ScriptedEngine(answer)
    with pytest.raises(Stopped):
        do(aside, home, number, engine)
    with aside.session() as session:
        job = get_job(session, number)
        assert (job.state, job.paid, small.stored_cells(aside)) == (STOPPED, 3, 3)
        with pytest.raises(Refused, match="nothing to stop"):
            ask_to_stop(session, number, by="Ada", at=small.NOW)
    assert do(aside, home, number).paid == 9


def test_one_that_is_stopped_before_it_begins_asks_nothing(aside: Database, home: Home) -> None:
    number = answers(aside)
    with aside.session() as session:
        ask_to_stop(session, number, by="Ada", at=small.NOW)
    with pytest.raises(Stopped):
        do_job(aside, home, number, connect=acts.no_model)


def test_the_same_job_entered_twice_is_one_and_another_draft_is_another(read: Database) -> None:
    number = attempt(read)
    assert attempt(read) == number
    assert attempt(read, text="Another draft.") != number
    assert attempt(read, ("authoring-00",)) != number
    with read.session() as session:
        states = {job.state for job in jobs_of(session, "small", "tiny") if job.kind == "try"}
        assert states == {WAITING}
        assert len([one for one in log.entries(session) if one.action == "authoring asked"]) == 4


def test_its_answers_are_named_in_the_log_and_the_home_verifies(read: Database, home: Home) -> None:
    do(read, home, attempt(read))
    with read.session() as session:
        kept = [one for one in log.entries(session, "task:small") if one.action == "answers kept"]
        assert [one.detail["answers"] for one in kept] == [12, 10]
        assert not audit(session).differences


def test_a_job_whose_process_was_killed_is_taken_up_where_it_was(aside: Database, home: Home) -> None:
    number = answers(aside)
    with aside.session() as session:
        row = session.get_one(AuthoringJobRow, number)
        row.state, row.paid = RUNNING, 3
        session.add(row)
    assert not is_at_work(home, number)
    assert answers(aside) == number
    assert do(aside, home, number).state == FINISHED


def test_two_workers_never_do_one_job_at_once(aside: Database, home: Home) -> None:
    number = answers(aside)
    with exclusive_lock(home, f"authoring-job-{number}"):
        assert is_at_work(home, number)
        with pytest.raises(Refused, match=f"another worker is on authoring job {number}"):
            do_job(aside, home, number, connect=acts.no_model)


@pytest.mark.parametrize("role", ["viewer", "reviewer", "rater", "releaser"])
def test_only_curators_may_ask(aside: Database, role: str) -> None:
    with aside.session() as session:
        add_person(session, "Ida", "ida@example.org", ("admin",), by="Ada", at=small.NOW)
        add_person(session, "Rex", "rex@example.org", (role,), by="Ida", at=small.NOW)
        add_person(session, "Cora", "cora@example.org", ("curator",), by="Ida", at=small.NOW)
    with pytest.raises(NotAllowed):
        answers(aside, by="Rex")
    number = answers(aside, by="Cora")
    with aside.session() as session, pytest.raises(NotAllowed):
        ask_to_stop(session, number, by="Rex", at=small.NOW)


def test_what_is_not_there_is_refused(aside: Database, home: Home) -> None:
    with pytest.raises(Refused, match="no authoring job 9"):
        do_job(aside, home, 9, connect=acts.no_model)


def test_a_worker_process_does_a_job_that_needs_no_answer(
    read: Database, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    number = answers(read)
    assert jobs.main([str(home.path), str(number)]) == 0
    assert jobs.main([str(home.path), "99"]) == 1
    assert "there is no authoring job 99" in capsys.readouterr().err


def test_a_page_that_looks_for_a_moment_does_not_turn_a_worker_away(aside: Database, home: Home) -> None:
    number, held = answers(aside), threading.Event()

    def look() -> None:
        with exclusive_lock(home, f"authoring-job-{number}"):
            held.set()
            threading.Event().wait(0.2)

    with ThreadPoolExecutor(1) as executor:
        looking = executor.submit(look)
        held.wait()
        assert do(aside, home, number).state == FINISHED
        looking.result()


def test_the_answers_of_a_job_that_was_killed_wait_to_be_named_and_are_when_it_goes_on(
    aside: Database, home: Home
) -> None:
    number = answers(aside)
    with aside.session() as session:
        now = plan_answers(session, "small", "tiny").now
        asked = questions_of(now.task, now.target.hash, now.prompt, authoring.aside(5))
        keep_all(session, [(one, small.answer('{"rating": 3}')) for one in asked], at=small.NOW)
    with aside.session() as session:
        found = audit(session)
        assert (found.waiting, found.differences) == (5, ())
    assert do(aside, home, number).paid == 7
    with aside.session() as session:
        found = audit(session)
        assert (found.waiting, found.differences) == (0, ())
