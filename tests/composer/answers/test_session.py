"""One life of a model: connected when needed, and released whatever ends it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import dspy
import pytest

from composer.answers.evaluator import Counts, Stopped
from composer.answers.session import model_session
from composer.answers.store import MemoryCells
from composer.models.client import Outage
from composer.models.connection import Connect
from composer.models.target import Target
from composer.prompts.composition import Composition
from library.errors import Refused
from tests import small
from tests.scripted import ScriptedEngine, scripted_lm
from tests.servers import ChatServer, Reply, chat

TASK, TEST = small.task(), small.examples(0, 8)
BASE = Composition(TASK.base)


def target(parallel: int = 1) -> Target:
    return Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", parallel=parallel)


class Life:
    """How often a model was connected and released."""

    def __init__(self, engine: ScriptedEngine | None = None) -> None:
        self.engine = engine or small.engine(data=TEST)
        self.connected = 0
        self.released = 0

    def connect(self, target: Target, say: Callable[[str], None]) -> dspy.LM:
        self.connected += 1
        say("fetching")
        lm = scripted_lm(self.engine)
        lm.close = self._close
        return lm

    def _close(self) -> None:
        self.released += 1


def test_a_model_is_connected_at_once_and_released_at_the_end() -> None:
    life, phases = Life(), list[str]()
    with model_session(TASK, target(), MemoryCells(), connect=life.connect, on_phase=phases.append) as model:
        assert (life.connected, phases) == (1, ["fetching"])
        assert len(model.evaluator().answers(BASE, TEST)) == len(TEST)
        assert life.released == 0
    assert (life.connected, life.released) == (1, 1)


@pytest.mark.parametrize("problem", [Outage("the model is gone"), KeyboardInterrupt(), SystemExit(9)])
def test_whatever_ends_it_the_model_is_released_and_answers_are_kept(problem: BaseException) -> None:
    life, cells = Life(small.Dying(small.engine(data=TEST), 4, problem)), MemoryCells()
    with (
        pytest.raises(type(problem)),
        model_session(TASK, target(), cells, connect=life.connect) as model,
    ):
        model.evaluator().answers(BASE, TEST)
    assert (life.connected, life.released, len(cells.stored)) == (1, 1, 3)


def test_an_error_between_answers_releases_the_model_too() -> None:
    life = Life()
    with pytest.raises(ZeroDivisionError), model_session(TASK, target(), MemoryCells(), connect=life.connect):
        raise ZeroDivisionError
    assert life.released == 1


def test_a_model_that_can_not_be_had_is_refused_before_anything_is_done() -> None:
    def connect(target: Target, say: Callable[[str], None]) -> dspy.LM:
        raise Refused("the model can't be fetched")

    entered = False
    with (
        pytest.raises(Refused, match="can't be fetched"),
        model_session(TASK, target(), MemoryCells(), connect=connect),
    ):
        entered = True
    assert not entered


@pytest.mark.parametrize("parallel", [1, 4])
def test_lazily_the_first_missing_answer_connects_once_however_many_ask(parallel: int) -> None:
    life, waiting = Life(), threading.Barrier(parallel)
    if parallel > 1:
        own = life.engine.answer

        def together(system: str, user: str) -> str:
            waiting.wait(10)
            return own(system, user)

        life.engine.answer = together
    with model_session(TASK, target(parallel), MemoryCells(), connect=life.connect, lazy=True) as model:
        evaluator = model.evaluator()
        assert life.connected == 0
        evaluator.answers(BASE, TEST)
    assert (life.connected, life.released) == (1, 1)


def no_model(target: Target, say: Callable[[str], None]) -> dspy.LM:
    pytest.fail("a model was started")


def test_where_all_is_stored_no_model_is_started() -> None:
    life, cells = Life(), MemoryCells()
    with model_session(TASK, target(), cells, connect=life.connect) as model:
        first = model.evaluator().answers(BASE, TEST)
    refusing: Connect = no_model
    with model_session(TASK, target(), cells, connect=refusing, lazy=True) as model:
        assert model.evaluator().answers(BASE, TEST) == first
        assert model.counts == Counts(asked=8, stored=8, paid=0)


def test_a_replicate_asks_again_on_the_same_model_and_all_are_counted_together() -> None:
    life, told = Life(), list[Counts]()
    with model_session(
        TASK, target(), MemoryCells(), connect=life.connect, lazy=True, on_answer=told.append
    ) as model:
        model.evaluator().answers(BASE, TEST)
        model.evaluator(1).answers(BASE, TEST[:3])
        assert model.evaluator(1) is model.evaluator(1)
    assert life.connected == 1
    assert len(life.engine.asked) == 8 + 3
    assert model.counts == told[-1] == Counts(asked=11, stored=0, paid=11)
    assert [counts.paid for counts in told] == sorted(counts.paid for counts in told)


def test_a_stop_ends_it_after_the_answer_in_flight() -> None:
    life, cells = Life(), MemoryCells()
    with (
        pytest.raises(Stopped),
        model_session(
            TASK, target(), cells, connect=life.connect, stop_asked=lambda: len(cells.stored) > 2
        ) as model,
    ):
        model.evaluator().answers(BASE, TEST)
    assert (len(cells.stored), life.released) == (3, 1)


class Busy:
    """Answers so many questions, and asks all others to wait for five minutes."""

    def __init__(self, answers: int) -> None:
        self.left = answers
        self.answered: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: dict[str, Any]) -> Reply:
        with self._lock:
            self.left -= 1
            if self.left < 0:
                return Reply(429, {"error": {"message": "busy"}}, headers=(("Retry-After", "300"),))
            self.answered[request["messages"][1]["content"]] += 1
            return chat('{"rating": 4}')


@pytest.mark.parametrize("how", ["stop", "interrupt"])
def test_a_pause_of_minutes_is_cut_short_nothing_is_lost_and_nothing_paid_twice(how: str) -> None:
    cells, busy, stop, since = MemoryCells(), Busy(3), threading.Event(), list[float]()

    def hear(phase: str) -> None:
        if "asks to wait 300 s" not in phase or since:
            return
        since.append(time.monotonic())
        if how == "stop":
            stop.set()
        else:
            os.kill(os.getpid(), signal.SIGINT)

    def ask_all() -> None:
        with model_session(TASK, served, cells, on_phase=hear, stop_asked=stop.is_set) as model:
            model.evaluator().answers(BASE, TEST)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with ChatServer(busy) as server:
            served = Target(name="far", kind="server", model="m", api_base=server.api_base, parallel=2)
            with pytest.raises(Stopped if how == "stop" else KeyboardInterrupt):
                ask_all()
            assert time.monotonic() - since[0] < 30  # within a second, on a machine that isn't busy
            assert len(cells.stored) == 3
            stop.clear()
            busy.left = 100
            ask_all()
            assert len(cells.stored) == len(TEST)
            assert set(busy.answered.values()) == {1}
    finally:
        signal.signal(signal.SIGINT, before)
