"""Trying again: how long, how often, for all threads at once, and what is said meanwhile."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import dspy
import pytest

from composer.models.client import ask
from composer.models.connection import language_model
from composer.models.patience import SILENT_TRIES, TRIES, Patience
from composer.models.target import Target
from tests.servers import ChatServer, Reply


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []  # type: float, list[float]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def busy(after: float | None = None) -> dspy.LMError:
    return dspy.LMRateLimitError(message="slow down", model="m", retry_after=after)


class Server:
    """Raises these errors in turn, then answers; `at` are the times it was asked, where a clock is given."""

    def __init__(self, *errors: Exception, clock: Clock | None = None) -> None:
        self.errors, self.calls, self.clock = list(errors), 0, clock
        self.at: list[float] = []

    def __call__(self) -> str:
        self.calls += 1
        if self.clock:
            self.at.append(self.clock.now)
        if self.errors:
            raise self.errors.pop(0)
        return "ok"


def patience(clock: Clock, said: list[str]) -> Patience:
    return Patience(said.append, sleep=clock.sleep, clock=lambda: clock.now, rng=random.Random(0))


def test_a_pause_that_a_server_asks_for_is_kept_and_said() -> None:
    clock, said = Clock(), []  # type: Clock, list[str]
    assert patience(clock, said).through(Server(busy(12.0))) == "ok"
    assert 12.0 <= sum(clock.slept) <= 12.5
    assert said == ["the server asks to wait 12 s", ""]


def test_pauses_grow_and_end() -> None:
    clock = Clock()
    server = Server(*[busy() for _ in range(TRIES)], clock=clock)
    with pytest.raises(dspy.LMRateLimitError):
        patience(clock, []).through(server)
    assert server.calls == TRIES
    pauses = [later - earlier for earlier, later in pairwise(server.at)]
    assert pauses == sorted(pauses)
    assert 0.5 <= pauses[0] < pauses[-1] <= 16.25


def test_a_pause_holds_for_every_question_of_the_target() -> None:
    clock = Clock()
    shared = patience(clock, [])
    with pytest.raises(dspy.LMRateLimitError):
        shared.through(Server(*[busy() for _ in range(TRIES)]))
    shared._until = clock.now + 30
    begun = clock.now
    shared.through(Server())
    assert clock.now - begun >= 30


def test_a_pause_of_hours_is_not_waited_for() -> None:
    clock, server = Clock(), Server(busy(7200.0))
    with pytest.raises(dspy.LMRateLimitError):
        patience(clock, []).through(server)
    assert (server.calls, clock.slept) == (1, [])


def test_a_question_that_nothing_comes_to_is_put_once_more_alone() -> None:
    for status, calls in ((None, SILENT_TRIES), (504, TRIES)):
        server = Server(*[dspy.LMTimeoutError(message="slow", model="m", status=status) for _ in range(TRIES)])
        with pytest.raises(dspy.LMTimeoutError):
            patience(Clock(), []).through(server)
        assert server.calls == calls


def test_whoever_asked_may_end_a_pause_and_the_question_is_not_put_again() -> None:
    clock, server = Clock(), Server(busy(300.0))

    def check() -> None:
        if clock.now >= 7:
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        patience(clock, []).through(server, check)
    assert (server.calls, clock.now) == (1, 7)


def test_trouble_that_does_not_pass_is_not_tried_again() -> None:
    server = Server(dspy.LMAuthError(message="no", model="m"))
    with pytest.raises(dspy.LMAuthError):
        patience(Clock(), []).through(server)
    assert server.calls == 1


@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_server_s_retry_after_is_kept_and_then_it_answers(status: int) -> None:
    clock, said = Clock(), []  # type: Clock, list[str]
    with ChatServer() as server:
        server.enqueue(Reply(status, {"error": {"message": "busy"}}, headers=(("Retry-After", "12"),)))
        content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base}
        lm = language_model(Target.model_validate(content))
        lm.patience = patience(clock, said)
        assert ask(lm, [{"role": "user", "content": "x"}]).text == "ok"
        assert len(server.requests) == 2
    assert 12.0 <= sum(clock.slept) <= 12.5
    assert said == ["the server asks to wait 12 s", ""]


def test_a_retry_after_that_is_a_date_is_kept() -> None:
    clock, said = Clock(), []  # type: Clock, list[str]
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    with ChatServer() as server:
        server.enqueue(Reply(429, {"error": {"message": "busy"}}, headers=(("Retry-After", date),)))
        content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base}
        lm = language_model(Target.model_validate(content))
        lm.patience = patience(clock, said)
        assert ask(lm, [{"role": "user", "content": "x"}]).text == "ok"
    assert 30 < sum(clock.slept) <= 91
