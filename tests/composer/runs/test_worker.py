"""A run from end to end: killed anywhere it goes on, asks again at most what was in flight, and ends the same."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dspy.lm15 import Request, Response
from sqlalchemy import event
from sqlmodel import SQLModel, select

from composer.activity.wording import about, line
from composer.answers.evaluator import Counts, Stopped
from composer.candidates.records import get_candidate
from composer.home import locks
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, RUNNING, STOPPED
from composer.models.client import Outage
from composer.models.target import Target
from composer.prompts.messages import render
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.targets import add_target
from composer.review.status import get_review
from composer.runs import progress, worker
from composer.runs.plan import plan_run
from composer.runs.records import Run, ask_to_stop, enter_run, get_run
from composer.runs.summary import RunResult, SideFigures
from composer.search.attribution import Attribution
from composer.tables import CandidateRow, RunRow, TestReadRow
from library import log
from library.database import Database, open_database
from library.errors import Refused
from library.importing import import_file
from library.retiring import retire
from tests import small
from tests.scripted import ScriptedEngine, connecting
from tests.servers import ChatServer, Reply, chat

BUDGET = 100


def user(example: small.Example) -> str:
    return render("", small.TASK["message"], example.inputs)[1]["content"]


DEV_MESSAGES = {user(one) for one in small.examples() if one.split == "dev"}
TEST_MESSAGES = {user(one) for one in small.examples() if one.split == "test"}


def state(database: Database, number: int) -> Run:
    with database.session() as session:
        return get_run(session, number)


def reads(database: Database) -> int:
    with database.session() as session:
        return len(session.exec(select(TestReadRow)).all())


@pytest.fixture(scope="module")
def undisturbed(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Run]:
    """The run that nothing disturbs: its summary, and as stored."""
    home = Home(tmp_path_factory.mktemp("uninterrupted") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    number = small.enter(database, budget=BUDGET)
    summary = small.run(database, home, number, small.engine())
    stored = state(database, number)
    database.close()
    return summary, stored


@pytest.fixture(scope="module")
def uninterrupted(undisturbed: tuple[RunResult, Run]) -> RunResult:
    """The summary of the run that nothing disturbs, and how many answers it asked for."""
    return undisturbed[0]


@pytest.fixture(scope="module")
def worth(undisturbed: tuple[RunResult, Run]) -> Attribution:
    """What the cells of that run say of each snippet."""
    assert undisturbed[1].attribution is not None
    return undisturbed[1].attribution


def test_a_run_finds_what_helps_and_puts_it_up_for_review(filled: Database, home: Home) -> None:
    engine = small.engine()
    number = small.enter(filled, budget=BUDGET)
    summary = small.run(filled, home, number, engine)
    assert set(summary.keys) & {"exact", "topic"}
    assert summary.candidate_id == 1
    assert summary.candidate.composite < summary.incumbent.composite
    assert summary.difference.value == pytest.approx(summary.candidate.composite - summary.incumbent.composite)
    assert summary.cells == Counts(asked=len(engine.asked), stored=0, paid=len(engine.asked))
    assert summary.examples.total == summary.candidate.n == 16
    run = state(filled, number)
    assert (run.state, run.result) == (FINISHED, summary)
    assert run.counts.paid == len(engine.asked) == small.stored_cells(filled)
    assert run.trace


def test_the_search_sees_dev_alone_and_the_test_split_is_read_once_after_it(filled: Database, home: Home) -> None:
    engine = small.engine()
    small.run(filled, home, small.enter(filled, budget=BUDGET), engine)
    asked = [message for _, message in engine.asked]
    first = next(place for place, message in enumerate(asked) if message in TEST_MESSAGES)
    assert first <= BUDGET
    assert set(asked[:first]) <= DEV_MESSAGES
    assert set(asked[first:]) == TEST_MESSAGES
    assert len(asked) == first + 2 * len(TEST_MESSAGES)
    assert reads(filled) == 1


def test_the_evidence_names_the_cells_and_messages_that_were_measured(filled: Database, home: Home) -> None:
    engine = small.engine()
    summary = small.run(filled, home, small.enter(filled, budget=BUDGET), engine)
    with filled.session() as session:
        candidate = get_candidate(session, summary.candidate_id)
        plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=BUDGET)
        examples = examples_of(session, dataset_of(session, "small"), "test")
    composition = plan.vocabulary.compose(summary.keys)
    sent = set(engine.asked)
    for example in examples:
        for text in (composition.text, plan.incumbent.text):
            system, message = render(text, plan.task.message, example.inputs)
            assert (system["content"], message["content"]) in sent
    assert candidate.versions == tuple(version.id for version in composition.versions)
    assert candidate.evidence.data.examples == tuple(example.id for example in examples)
    assert candidate.evidence.search.tried == summary.tried
    assert candidate.evidence.test_reads_before == 0
    assert candidate.figures[0].incumbent == summary.incumbent.composite


def test_running_again_pays_nothing_and_is_the_same_candidate(filled: Database, home: Home) -> None:
    number = small.enter(filled, budget=BUDGET)
    first = small.run(filled, home, number, small.engine())
    silent = ScriptedEngine(lambda system, message: pytest.fail("asked again"))
    again = small.run(filled, home, number, silent)
    assert again.cells == Counts(asked=first.cells.asked, stored=first.cells.paid, paid=0)
    assert small.comparable(again) == small.comparable(first)
    assert reads(filled) == 1
    with filled.session() as session:
        assert len(session.exec(select(CandidateRow)).all()) == 1


@pytest.mark.parametrize(
    ("place", "death"),
    [
        *((place, SystemExit(9)) for place in (1, 30, 70, -31, 0)),
        *((place, Outage("the server is down")) for place in (40, -16)),
    ],
)
def test_broken_off_at_any_answer_it_goes_on_pays_nothing_twice_and_ends_the_same(
    filled: Database, home: Home, uninterrupted: RunResult, place: int, death: BaseException
) -> None:
    total = uninterrupted.cells.asked
    last = place if place > 0 else total + place
    number = small.enter(filled, budget=BUDGET)
    dying = small.Dying(small.engine(), last, death)
    with pytest.raises(type(death)):
        small.run(filled, home, number, dying)
    assert len(dying.asked) == last - 1 == small.stored_cells(filled)
    engine = small.engine()
    summary = small.run(filled, home, number, engine)
    asked = dying.asked + engine.asked
    assert len(asked) == len(set(asked)) == total
    assert summary.cells == Counts(asked=total, stored=last - 1, paid=total - last + 1)
    assert small.comparable(summary) == small.comparable(uninterrupted)
    assert reads(filled) == 1


def test_broken_off_again_and_again_it_still_ends_the_same(
    filled: Database, home: Home, uninterrupted: RunResult
) -> None:
    number = small.enter(filled, budget=BUDGET)
    asked: list[tuple[str, str]] = []
    for _ in range(20):
        dying = small.Dying(small.engine(), 13, SystemExit(9))
        try:
            summary = small.run(filled, home, number, dying)
        except SystemExit:
            continue
        finally:
            asked += dying.asked
        break
    assert small.comparable(summary) == small.comparable(uninterrupted)
    assert len(asked) == len(set(asked)) == uninterrupted.cells.asked


@pytest.mark.parametrize("row", [TestReadRow, CandidateRow])
def test_killed_between_answers_it_ends_the_same(
    filled: Database, home: Home, uninterrupted: RunResult, row: type[SQLModel]
) -> None:
    def dies(*_given: object) -> None:
        raise SystemExit(9)

    number = small.enter(filled, budget=BUDGET)
    event.listen(row, "after_insert", dies)
    with pytest.raises(SystemExit):
        small.run(filled, home, number, small.engine())
    event.remove(row, "after_insert", dies)
    summary = small.run(filled, home, number, small.engine())
    assert small.comparable(summary) == small.comparable(uninterrupted)
    assert reads(filled) == 1
    with filled.session() as session:
        assert len(session.exec(select(CandidateRow)).all()) == 1


class TestWorth:
    def test_it_says_of_each_snippet_of_the_library_what_it_is_worth(self, worth: Attribution) -> None:
        assert [one.keys for one in worth.snippets] == [(key,) for key in small.TEXTS]
        gain = {one.keys[0]: one.gain for one in worth.snippets}
        assert max(gain, key=gain.__getitem__) in ("exact", "topic")
        assert gain["harsh"] < gain["exact"]

    @pytest.mark.parametrize("last", [30, -16])
    def test_killed_and_continued_it_is_the_same(
        self, filled: Database, home: Home, uninterrupted: RunResult, worth: Attribution, last: int
    ) -> None:
        number = small.enter(filled, budget=BUDGET)
        place = last if last > 0 else uninterrupted.cells.asked + last
        with pytest.raises(SystemExit):
            small.run(filled, home, number, small.Dying(small.engine(), place, SystemExit(9)))
        # While the test split is read the search has ended, so that its worth is known already.
        assert state(filled, number).attribution == (worth if last < 0 else None)
        small.run(filled, home, number, small.engine())
        assert state(filled, number).attribution == worth

    def test_it_is_stored_where_no_candidate_comes_of_the_search(self, filled: Database, home: Home) -> None:
        number = small.enter(filled, budget=BUDGET)
        same = ScriptedEngine(lambda system, message: '{"rating": 3}')
        assert small.run(filled, home, number, same).candidate_id is None
        stored = state(filled, number).attribution
        assert stored is not None
        assert [one.keys for one in stored.snippets] == [(key,) for key in small.TEXTS]
        assert all(abs(one.gain) < 0.02 for one in stored.snippets)

    def test_a_search_that_can_not_ask_has_none(self, filled: Database, home: Home) -> None:
        number = small.enter(filled, budget=1)
        small.run(filled, home, number, small.engine())
        assert state(filled, number).state == FINISHED
        assert state(filled, number).attribution is None


SCRIPT = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from composer.evaluation import intervals
from composer.home.paths import Home
from composer.runs import worker
from library.database import open_database
from tests import small
from tests.scripted import ScriptedEngine, connecting
from tests.servers import ChatServer, Reply, chat

intervals.RESAMPLES = 100
home = Home(Path(sys.argv[1]))
log = open(sys.argv[2], "a")
model = small.engine()

def answer(system, user):
    log.write(repr((system, user)) + chr(10))
    log.flush()
    if len(open(sys.argv[2]).readlines()) > int(sys.argv[4]):
        time.sleep(600)  # until it is killed
    return model.answer(system, user)

worker.work(open_database(home.path), home, 1, connect=connecting(ScriptedEngine(answer)))
"""


def test_a_worker_process_killed_outright_goes_on_where_it_was(
    filled: Database, home: Home, uninterrupted: RunResult, tmp_path: Path
) -> None:
    small.enter(filled, budget=BUDGET)
    log = tmp_path / "asked.log"
    command = [sys.executable, "-c", SCRIPT, str(home.path), str(log), str(Path(__file__).parents[3])]
    process = subprocess.Popen([*command, "20"])
    try:
        deadline = time.monotonic() + 60
        while small.stored_cells(filled) < 20 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert worker.is_at_work(home, 1)
        with pytest.raises(Refused, match="another worker"):
            small.run(filled, home, 1, small.engine())
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    stored = small.stored_cells(filled)
    assert stored == 20
    assert not worker.is_at_work(home, 1)
    assert state(filled, 1).state == RUNNING
    engine = small.engine()
    summary = small.run(filled, home, 1, engine)
    assert small.comparable(summary) == small.comparable(uninterrupted)
    assert summary.cells.stored == stored
    first = log.read_text().splitlines()
    again = [repr(pair) for pair in engine.asked]
    # The one answer in flight when it was killed was not stored yet, so nobody can know it.
    assert len(set(first) & set(again)) <= 1
    assert len(set(first) | set(again)) == uninterrupted.cells.asked
    assert len(again) == len(set(again))


@pytest.mark.parametrize(
    ("problem", "ends", "says"),
    [
        (Outage("the server can't be reached", fix="Start it."), FAILED, "the server can't be reached. Start it."),
        (ZeroDivisionError("a bug"), FAILED, "a bug"),
        (KeyboardInterrupt(), STOPPED, "can be continued"),
    ],
)
def test_a_run_that_ended_badly_says_how(
    filled: Database, home: Home, problem: BaseException, ends: str, says: str
) -> None:
    number = small.enter(filled, budget=BUDGET)
    with pytest.raises(BaseException):  # noqa: B017, PT011
        small.run(filled, home, number, small.Dying(small.engine(), 11, problem))
    run = state(filled, number)
    assert run.state == ends
    assert says in run.message
    assert run.counts.paid == 10
    assert run.ended_at is not None


def test_a_model_that_can_not_be_had_fails_the_run_before_anything_is_paid(filled: Database, home: Home) -> None:
    def connect(target: object, say: object) -> Any:
        raise Refused("the model can't be fetched", fix="Check the network.")

    number = small.enter(filled)
    with pytest.raises(Refused, match="can't be fetched"):
        worker.work(filled, home, number, connect=connect)
    assert (state(filled, number).state, state(filled, number).counts.paid) == (FAILED, 0)
    assert small.run(filled, home, number, small.engine()).candidate_id == 1


class Waiting(ScriptedEngine):
    """Lets `meanwhile` happen while the model is at its `at`th answer."""

    def __init__(self, inner: ScriptedEngine, at: int, meanwhile: Callable[[], object]) -> None:
        super().__init__(inner.answer)
        self.at, self.meanwhile = at, meanwhile
        self.happened = threading.Event()

    def complete(self, request: Request) -> Response:
        answer = super().complete(request)
        if len(self.asked) == self.at:
            self.meanwhile()
            self.happened.set()
        return answer


def test_a_second_worker_on_the_same_run_is_refused_and_does_no_harm(
    filled: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    number = small.enter(filled, budget=BUDGET)
    refusals: list[str] = []

    def second() -> None:
        with pytest.raises(Refused) as refusal:
            small.run(filled, home, number, ScriptedEngine(lambda system, message: pytest.fail("asked")))
        refusals.append(str(refusal.value))

    summary = small.run(filled, home, number, Waiting(small.engine(), 5, second))
    assert summary.candidate_id == 1
    assert len(refusals) == 1
    assert "another worker is on run 1" in refusals[0]
    assert state(filled, number).state == FINISHED


def test_a_stop_request_stops_the_run_and_it_can_be_continued(
    filled: Database, home: Home, uninterrupted: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_WRITES", 0.0)
    number = small.enter(filled, budget=BUDGET)

    def stop() -> None:
        with filled.session() as session:
            ask_to_stop(session, number, by="Ada", at=small.NOW)

    stopping = Waiting(small.engine(), 25, stop)
    with pytest.raises(Stopped):
        small.run(filled, home, number, stopping)
    run = state(filled, number)
    assert run.state == STOPPED
    assert "can be continued" in run.message
    assert 25 <= small.stored_cells(filled) == len(stopping.asked) < uninterrupted.cells.asked
    assert small.comparable(small.run(filled, home, number, small.engine())) == small.comparable(uninterrupted)


def test_a_stop_on_the_page_ends_a_pause_of_minutes_and_it_can_be_continued(filled: Database, home: Home) -> None:
    judge, left = small.engine(), [20]
    asked: list[str] = []

    def reply(request: dict[str, Any]) -> Reply:
        left[0] -= 1
        if left[0] < 0:
            return Reply(429, {"error": {"message": "busy"}}, headers=(("Retry-After", "300"),))
        system, user = (one["content"] for one in request["messages"])
        asked.append(f"{system}\0{user}")
        return chat(judge.answer(system, user))

    with ChatServer(reply) as server:
        content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base}
        with filled.session() as session:
            add_target(session, Target.model_validate(content), by="Ada", at=small.NOW)
            plan = plan_run(session, "small", "far", strategy="greedy", seed=0, budget=60)
            number = enter_run(session, plan, by="Ada", at=small.NOW)

        def stop() -> None:
            while "asks to wait" not in state(filled, number).message:
                time.sleep(0.05)
            with filled.session() as session:
                ask_to_stop(session, number, by="Ada", at=small.NOW)

        thread = threading.Thread(target=stop)
        thread.start()
        with pytest.raises(Stopped):
            worker.work(filled, home, number)
        thread.join()
        assert (state(filled, number).state, small.stored_cells(filled)) == (STOPPED, 20)
        left[0] = 10_000
        assert worker.work(filled, home, number).cells.paid == len(asked) - 20
    assert len(set(asked)) == len(asked)


def test_a_worker_process_keeps_to_the_bound_that_it_is_told(filled: Database, home: Home) -> None:
    judge = small.engine()

    def reply(request: dict[str, Any]) -> Reply:
        return chat(judge.answer(*(one["content"] for one in request["messages"])))

    with ChatServer(reply) as server:
        content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base, "parallel": 3}
        with filled.session() as session:
            add_target(session, Target.model_validate(content), by="Ada", at=small.NOW)
            plan = plan_run(session, "small", "far", strategy="greedy", seed=0, budget=60)
            number = enter_run(session, plan, by="Ada", at=small.NOW)
        place = [str(home.path), str(number)]
        assert worker.main([*place, "--max-cells=7"]) == 1
        assert state(filled, number).message.startswith("Stopped at --max-cells 7. Paid for 7 answers.")
        assert (state(filled, number).state, len(server.requests)) == (STOPPED, 7)
        assert worker.main([*place, "--max-cost=1"]) == 1
        assert "has no price" in state(filled, number).message
        assert len(server.requests) == 7
        assert worker.main(place) == 0
    assert state(filled, number).state == FINISHED


def test_a_stop_asked_before_the_worker_came_up_is_heard(filled: Database, home: Home) -> None:
    number = small.enter(filled, budget=BUDGET)
    with filled.session() as session:
        ask_to_stop(session, number, by="Ada", at=small.NOW)
    engine = small.engine()
    with pytest.raises(Stopped):
        small.run(filled, home, number, engine)
    assert state(filled, number).state == STOPPED
    assert len(engine.asked) < BUDGET
    assert small.run(filled, home, number, small.engine()).candidate_id == 1


def test_when_nothing_beats_the_incumbent_the_test_split_stays_sealed(filled: Database, home: Home) -> None:
    engine = ScriptedEngine(lambda system, message: '{"rating": 3}')
    summary = small.run(filled, home, small.enter(filled, budget=BUDGET), engine)
    assert summary.candidate_id is None
    assert summary.keys == ()
    assert "beat the incumbent" in summary.message
    assert {message for _, message in engine.asked} <= DEV_MESSAGES
    assert reads(filled) == 0


def test_what_wins_on_dev_and_loses_on_test_is_kept_with_its_evidence_and_not_let_through(
    filled: Database, home: Home
) -> None:
    number = small.enter(filled, budget=BUDGET)
    summary = small.run(filled, home, number, small.losing())
    assert (summary.candidate_id, summary.let_through) == (1, False)
    assert summary.keys
    assert summary.candidate.composite == 100
    assert summary.candidate.valid_rate == 0
    assert summary.candidate.valid_only is None
    low, high = summary.difference.low, summary.difference.high
    assert f"[+{low:.1f}, +{high:.1f}] on the test split; 2 gates failed: improves" in summary.message
    json.dumps(summary.as_json(), allow_nan=False)
    with filled.session() as session:
        review = get_review(session, 1)
        (entry,) = log.entries(session, "candidate:1")
        assert line(entry, about(session, [entry.subject])[entry.subject]) == (
            "Ada measured candidate 1 (small → tiny), which was not let through"
        )
    assert review.status.state == "not let through"
    assert len(review.candidate.rows) == 16
    assert review.candidate.evidence.test_reads_before == 0
    silent = ScriptedEngine(lambda system, message: pytest.fail("asked again"))
    assert small.comparable(small.run(filled, home, number, silent)) == small.comparable(summary)
    assert reads(filled) == 1


def test_a_malformed_answer_costs_its_example_and_an_outage_none(filled: Database, home: Home) -> None:
    good = small.engine().answer

    def answer(system: str, message: str) -> str:
        return good(system, message) if len(system.split("\n")) > 2 else '{"rating": three}'

    summary = small.run(filled, home, small.enter(filled, budget=BUDGET), ScriptedEngine(answer))
    assert summary.incumbent == SideFigures(composite=100, valid_only=None, valid_rate=0, n=16)
    assert summary.candidate.valid_rate == 1


def test_several_seeds_and_both_strategies_keep_to_the_budget(filled: Database, home: Home) -> None:
    for seed in range(2):
        for strategy in ("greedy", "random"):
            engine = small.engine()
            number = small.enter(filled, budget=40, seed=seed, strategy=strategy)
            summary = small.run(filled, home, number, engine)
            dev = summary.cells.asked - (0 if summary.incumbent is None else 2 * len(TEST_MESSAGES))
            assert 0 < dev <= 40


def test_another_run_reuses_every_answer_that_fits(filled: Database, home: Home) -> None:
    first, second = small.engine(), small.engine()
    small.run(filled, home, small.enter(filled, budget=BUDGET), first)
    summary = small.run(filled, home, small.enter(filled, budget=BUDGET + 40), second)
    assert not set(first.asked) & set(second.asked)
    assert summary.cells.stored + summary.cells.paid == summary.cells.asked
    assert summary.cells.stored >= BUDGET // 2


def test_a_run_whose_library_has_changed_since_is_refused_and_keeps_its_result(
    filled: Database, home: Home, tmp_path: Path
) -> None:
    number = small.enter(filled, budget=BUDGET)
    summary = small.run(filled, home, number, small.engine())
    library = small.write_library(tmp_path / "edit.yaml", {"careful": "Take care."})
    with filled.session() as session:
        import_file(session, library, by="Ada", at=small.NOW)
    with pytest.raises(Refused, match="has changed since"):
        small.run(filled, home, number, small.engine())
    assert (state(filled, number).state, state(filled, number).result) == (FINISHED, summary)


def test_a_run_shows_how_far_it_is(filled: Database, home: Home) -> None:
    told: list[progress.Progress] = []
    worker.work(
        filled,
        home,
        small.enter(filled, budget=BUDGET),
        on_progress=told.append,
        connect=connecting(small.engine()),
    )
    asked = [progress.counts.asked for progress in told]
    assert asked == sorted(asked)
    assert all(progress.counts.asked <= progress.expected for progress in told if progress.counts.asked)
    assert any(progress.best for progress in told)


def test_the_worker_process_says_what_went_wrong_without_a_traceback(filled: Database, home: Home) -> None:
    command = [sys.executable, "-m", "composer.runs.worker", str(home.path), "99"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == 1
    assert "there is no run 99" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_row_of_a_killed_run_still_says_running_and_the_lock_tells_the_truth(
    filled: Database, home: Home
) -> None:
    number = small.enter(filled)
    with pytest.raises(SystemExit):
        small.run(filled, home, number, small.Dying(small.engine(), 3, SystemExit(9)))
    with filled.session() as session:
        assert session.get_one(RunRow, number).state == RUNNING
    assert not worker.is_at_work(home, number)


class TestProposals:
    """What somebody picked is measured as what a search found is, and nothing is searched."""

    def test_it_is_put_up_with_the_same_evidence_and_asks_the_test_split_alone(
        self, filled: Database, home: Home
    ) -> None:
        engine = small.engine()
        number = small.propose(filled, "topic", "exact")
        summary = small.run(filled, home, number, engine)
        assert (summary.strategy, summary.keys, summary.tried) == ("proposed", ("topic", "exact"), 1)
        assert (summary.candidate_id, summary.let_through) == (1, True)
        assert {message for _, message in engine.asked} == TEST_MESSAGES
        assert summary.cells.paid == len(engine.asked) == 2 * len(TEST_MESSAGES)
        assert reads(filled) == 1
        with filled.session() as session:
            evidence = get_candidate(session, 1).evidence
        assert (evidence.search.budget, evidence.search.estimate) == (0, 0.0)
        assert [one.key for one in evidence.candidate.snippets] == ["topic", "exact"]
        assert state(filled, number).attribution is None

    @pytest.mark.parametrize("last", [1, 9, 25])
    def test_broken_off_it_goes_on_and_ends_the_same(self, filled: Database, home: Home, last: int) -> None:
        number = small.propose(filled, "topic", "exact")
        dying = small.Dying(small.engine(), last, SystemExit(9))
        with pytest.raises(SystemExit):
            small.run(filled, home, number, dying)
        engine = small.engine()
        summary = small.run(filled, home, number, engine)
        assert (summary.candidate_id, reads(filled)) == (1, 1)
        assert len(dying.asked) + len(engine.asked) == 2 * len(TEST_MESSAGES)

    def test_what_harms_is_not_let_through(self, filled: Database, home: Home) -> None:
        summary = small.run(filled, home, small.propose(filled, "exact"), small.losing())
        assert (summary.candidate_id, summary.let_through) == (1, False)

    def test_a_search_that_finds_what_was_proposed_reads_no_further_use_of_the_test_split(
        self, filled: Database, home: Home
    ) -> None:
        found = small.run(filled, home, small.enter(filled, budget=BUDGET), small.engine())
        silent = ScriptedEngine(lambda system, message: pytest.fail("asked again"))
        again = small.run(filled, home, small.propose(filled, *found.keys), silent)
        assert (again.cells.paid, again.difference, reads(filled)) == (0, found.difference, 1)

    def test_a_snippet_retired_meanwhile_stops_it(self, filled: Database, home: Home) -> None:
        number = small.propose(filled, "exact")
        with filled.session() as session:
            retire(session, "exact", reason="Wrong.", by="Ada", at=small.NOW)
        with pytest.raises(Refused, match="may no longer be used"):
            small.run(filled, home, number, small.engine())
