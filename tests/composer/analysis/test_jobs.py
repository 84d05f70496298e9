"""Jobs: they ask for missing cells alone, lose no answer whatever ends them, and the same one is entered once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dspy
import pytest
from sqlmodel import select

from composer.analysis import jobs
from composer.analysis.jobs import cost, do_job, enter_job, is_at_work, jobs_of
from composer.answers.malformed import FIRST, MostlyMalformed
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, RUNNING, WAITING
from composer.models.client import Outage
from composer.models.connection import Connect
from composer.models.target import Target
from composer.tables import JobRow
from library import log
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.review import acts
from tests.scripted import ScriptedEngine, connecting, scripted_lm


def entered(database: Database, kind: Any, *, by: str = "Grace", examples: tuple[str, ...] = ()) -> int:
    with database.session() as session:
        return enter_job(session, 1, kind, by=by, at=small.NOW, examples=examples)


def priced(database: Database, kind: Any, examples: tuple[str, ...] = ()) -> int:
    with database.session() as session:
        return cost(session, 1, kind, examples)


def do(database: Database, home: Home, number: int, engine: ScriptedEngine) -> jobs.Job:
    return do_job(database, home, number, connect=connecting(engine))


def test_suspects_of_a_regression_cost_one_answer_a_part(worse: Database, home: Home) -> None:
    parts = len(acts.review(worse).composition.keys)
    assert parts == 2
    assert priced(worse, "suspects", acts.WORSE) == 2 * parts
    engine = acts.spoilt()
    done = do(worse, home, entered(worse, "suspects", examples=acts.WORSE[:1]), engine)
    assert (done.state, done.paid, done.expected, len(engine.asked)) == (FINISHED, parts, parts, parts)
    assert priced(worse, "suspects", acts.WORSE) == parts
    again = do(worse, home, entered(worse, "suspects", examples=acts.WORSE), engine)
    assert (again.paid, len(engine.asked)) == (parts, 2 * parts)


@pytest.mark.parametrize("kind", ["steps", "noise", "suspects"])
def test_what_is_known_starts_no_model(worse: Database, home: Home, kind: str) -> None:
    examples = acts.WORSE if kind == "suspects" else ()
    do(worse, home, entered(worse, kind, examples=examples), acts.spoilt())
    assert priced(worse, kind, examples) == 0
    done = do_job(worse, home, entered(worse, kind, examples=examples), connect=acts.no_model)
    assert (done.state, done.paid) == (FINISHED, 0)


def test_steps_ask_for_what_lies_between_the_incumbent_and_the_candidate(worse: Database, home: Home) -> None:
    """Both ends are measured already, and one snippet lies between."""
    engine = acts.spoilt()
    done = do(worse, home, entered(worse, "steps"), engine)
    assert done.paid == done.expected == len(engine.asked) <= 16
    assert len({system for system, _ in engine.asked}) == 1


def test_noise_asks_the_incumbent_anew_about_every_test_example(worse: Database, home: Home) -> None:
    engine = acts.spoilt()
    done = do(worse, home, entered(worse, "noise"), engine)
    assert (done.paid, done.expected) == (16, 16)
    assert {system for system, _ in engine.asked} == {acts.review(worse).incumbent.text}


@pytest.mark.parametrize("problem", [Outage("the model is gone"), KeyboardInterrupt()])
def test_a_job_that_is_cut_off_keeps_its_answers_and_goes_on(
    worse: Database, home: Home, problem: BaseException
) -> None:
    number = entered(worse, "noise")
    cells = small.stored_cells(worse)
    with pytest.raises(type(problem)):
        do(worse, home, number, small.Dying(acts.spoilt(), 7, problem))
    assert small.stored_cells(worse) == cells + 6
    with worse.session() as session:
        (job,) = jobs_of(session, 1)
        assert (job.state, job.paid) == (FAILED, 6)
        assert job.message
        assert job.ended_at is not None
    engine = acts.spoilt()
    done = do(worse, home, number, engine)
    assert (done.state, done.message, done.paid, len(engine.asked)) == (FINISHED, "", 10, 10)


def test_a_job_whose_answers_come_to_nothing_stops_after_the_first_and_says_why(
    worse: Database, home: Home
) -> None:
    number = entered(worse, "noise")
    engine = ScriptedEngine(lambda system, user: "")
    with pytest.raises(MostlyMalformed) as stopped:
        do(worse, home, number, engine)
    assert len(engine.asked) == FIRST
    with worse.session() as session:
        (job,) = jobs_of(session, 1)
    assert (job.state, job.message) == (FAILED, str(stopped.value))


def test_a_job_whose_process_was_killed_is_taken_up_where_it_was(worse: Database, home: Home) -> None:
    number = entered(worse, "noise")
    with worse.session() as session:
        row = session.get_one(JobRow, number)
        row.state, row.paid = RUNNING, 3
        session.add(row)
    assert not is_at_work(home, number)
    assert entered(worse, "noise") == number
    assert do(worse, home, number, acts.spoilt()).state == FINISHED


def test_a_job_that_is_done_stays_done(worse: Database, home: Home) -> None:
    """A page may start a worker for a job that another has just ended."""
    acts.decide(worse, acts.propose(worse))
    number = entered(worse, "rescore")
    first = do_job(worse, home, number, connect=acts.no_model)
    assert do_job(worse, home, number, connect=acts.no_model) == first
    with worse.session() as session:
        assert [(job.state, job.made) for job in jobs_of(session, 1)] == [(FINISHED, 2)]


def test_the_same_job_entered_twice_is_one(worse: Database, home: Home) -> None:
    number = entered(worse, "noise")
    assert entered(worse, "noise", by="Joan") == number
    assert entered(worse, "steps") != number
    one, other = (entered(worse, "suspects", examples=(example,)) for example in acts.WORSE)
    assert one != other
    assert entered(worse, "suspects", examples=acts.WORSE[:1]) == one
    with worse.session() as session:
        rows = session.exec(select(JobRow)).all()
        assert [(row.state, row.started_by) for row in rows] == [(WAITING, "Grace")] * 4
        assert len([entry for entry in log.entries(session) if entry.action == "job entered"]) == 4
    do(worse, home, number, acts.spoilt())
    assert entered(worse, "noise") != number


def test_entered_by_several_at_once_it_is_one(worse: Database) -> None:
    with ThreadPoolExecutor(4) as executor:
        assert len(set(executor.map(lambda _: entered(worse, "noise"), range(4)))) == 1


def test_two_workers_never_do_one_job_at_once(worse: Database, home: Home) -> None:
    number = entered(worse, "noise")
    with exclusive_lock(home, f"job-{number}"):
        assert is_at_work(home, number)
        with pytest.raises(Refused, match=f"another worker is on job {number}"):
            do_job(worse, home, number, connect=acts.no_model)
    assert do(worse, home, number, acts.spoilt()).state == FINISHED


def test_two_who_ask_for_the_same_answers_pay_once_each_at_most(worse: Database, home: Home) -> None:
    numbers = [entered(worse, "suspects", examples=examples) for examples in (acts.WORSE, acts.WORSE[:1])]
    barrier = threading.Barrier(2)

    def work(number: int) -> None:
        barrier.wait()
        do(worse, home, number, acts.spoilt())

    with ThreadPoolExecutor(2) as executor:
        list(executor.map(work, numbers))
    assert priced(worse, "suspects", acts.WORSE) == 0


def test_a_job_is_logged_with_what_it_may_cost(worse: Database) -> None:
    number = entered(worse, "noise")
    with worse.session() as session:
        entry = log.entries(session, "candidate:1")[-1]
    assert (entry.who, entry.action) == ("Grace", "job entered")
    assert {name: entry.detail[name] for name in ("job", "kind", "answers")} == {
        "job": number,
        "kind": "noise",
        "answers": 16,
    }


def test_jobs_never_touch_the_evidence(worse: Database, home: Home) -> None:
    before = acts.review(worse).candidate
    for kind, examples in (("noise", ()), ("steps", ()), ("suspects", acts.WORSE)):
        do(worse, home, entered(worse, kind, examples=examples), acts.spoilt())
    assert acts.review(worse).candidate == before


@pytest.mark.parametrize("kind", ["", "score", "Noise"])
def test_an_unknown_job_is_refused(worse: Database, kind: str) -> None:
    with pytest.raises(Refused, match="rescore, steps, suspects, noise"):
        entered(worse, kind)


def test_what_is_not_there_is_refused(worse: Database, home: Home) -> None:
    with pytest.raises(Refused, match="no job 9"):
        do_job(worse, home, 9, connect=acts.no_model)
    with worse.session() as session, pytest.raises(Refused, match="no candidate 9"):
        enter_job(session, 9, "noise", by="Grace", at=small.NOW)


def test_a_model_is_let_go_when_the_job_ends(worse: Database, home: Home) -> None:
    let_go: list[str] = []

    def closing(engine: ScriptedEngine) -> Connect:
        def connect(target: Target, say: object) -> dspy.LM:
            lm = scripted_lm(engine)
            lm.close = lambda: let_go.append(target.name)
            return lm

        return connect

    do_job(worse, home, entered(worse, "noise"), connect=closing(acts.spoilt()))
    dying = small.Dying(acts.spoilt(), 2, Outage("the model is gone"))
    number = entered(worse, "suspects", examples=acts.WORSE)
    with pytest.raises(Outage):
        do_job(worse, home, number, connect=closing(dying))
    assert let_go == ["tiny", "tiny"]
