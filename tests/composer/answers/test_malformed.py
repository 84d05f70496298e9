"""Runs on a server: what it sends is an answer, a malformed answer or a refusal; a run that buys nothing stops."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import dspy
import pytest

from composer.answers.malformed import FIRST, MostlyMalformed
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.runs import worker
from composer.runs.plan import plan_run
from composer.runs.records import enter_run, get_run
from composer.runs.summary import RunResult
from library.database import Database
from tests import small
from tests.scripted import ScriptedEngine
from tests.servers import Behaviour, ChatServer, Reply, chat, failure, impatient, reasoning, tool_call

JUDGE = small.engine()
BUDGET = 80


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def asked(request: dict[str, Any]) -> tuple[str, str]:
    system, user = (message["content"] for message in request["messages"])
    return system, user


def judging(request: dict[str, Any], engine: ScriptedEngine = JUDGE) -> Reply:
    """The answer of a model that knows its task."""
    return chat(engine.answer(*asked(request)))


def sometimes(other: Callable[[str], Reply], digit: str = "3") -> Behaviour:
    """Reply otherwise where the number of an example ends in this digit: one in ten, of them all."""

    def reply(request: dict[str, Any]) -> Reply:
        answer = JUDGE.answer(*asked(request))
        number = asked(request)[1].split("?")[0].rpartition(" ")[2]
        return other(answer) if number.endswith(digit) else chat(answer)

    return reply


def connect(target: Target, say: Callable[[str], None]) -> dspy.LM:
    """The target's language model, which tries nothing again."""
    return impatient(target)


def enter(database: Database, server: ChatServer, *, search: int = 0, **changes: Any) -> int:
    """Enter a run with this seed of its search on a server, the target `far`; returns its number."""
    content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base, **changes}
    with database.session() as session:
        add_target(session, Target.model_validate(content), by="Ada", at=small.NOW)
        plan = plan_run(session, "small", "far", strategy="greedy", seed=search, budget=BUDGET)
        return enter_run(session, plan, by="Ada", at=small.NOW)


def run(database: Database, home: Home, number: int) -> RunResult:
    return worker.work(database, home, number, connect=connect)


EMPTY = [
    (reasoning(None, "Let me think about", finish="length"), "cut off", "while reasoning", "Raise max_tokens"),
    (chat(None), "empty", "finish_reason stop", "chat template"),
    (chat("  \n"), "empty", "finish_reason stop", "chat template"),
    (tool_call('{"rating": 3}'), "tool call", "finish_reason tool_calls", "Turn tools off"),
    (chat(None, message={"refusal": "I can't help."}), "refusal", "I can't help.", "Reword the base prompt"),
    (chat('<think>It is 3.</think>{"rating": 3}'), "reasoning", "stands in the answer", "--reasoning-parser"),
    (chat(None, finish="content_filter"), "content filter", "finish_reason content_filter", "Relax the filter"),
    (failure(400, "The prompt was filtered", code="content_filter"), "content filter", "was filtered", "Relax"),
]


@pytest.mark.parametrize(("reply", "cause", "says", "advice"), EMPTY)
def test_a_run_whose_first_answers_come_without_a_text_stops_and_says_why(
    filled: Database, home: Home, server: ChatServer, reply: Reply, cause: str, says: str, advice: str
) -> None:
    server.default = reply
    number = enter(filled, server)
    with pytest.raises(MostlyMalformed) as stopped:
        run(filled, home, number)
    text = str(stopped.value)
    assert f"{FIRST} of {FIRST} answers are malformed for one cause: {cause}" in text
    assert says in text
    assert advice in text
    assert f"target far at {server.api_base}" in text
    assert len(server.requests) == small.stored_cells(filled) == FIRST
    with filled.session() as session:
        found = get_run(session, number)
    assert (found.state, found.message) == (FAILED, text)
    with pytest.raises(MostlyMalformed):
        run(filled, home, number)
    assert len(server.requests) == FIRST
    server.default = judging
    asked_anew = "write another `revision` in the target file" in text
    if asked_anew:
        assert run(filled, home, enter(filled, server, revision="2")).cells.stored == 0
    assert asked_anew == (cause in ("empty", "tool call", "content filter", "reasoning"))


def test_a_larger_max_tokens_is_another_target_that_is_asked_anew(
    filled: Database, home: Home, server: ChatServer
) -> None:
    def thinking(request: dict[str, Any]) -> Reply:
        text = JUDGE.answer(*asked(request))
        long = request["max_tokens"] >= 100
        return reasoning(text if long else None, "Well.", tokens=40, finish="stop" if long else "length")

    server.default = thinking
    with pytest.raises(MostlyMalformed):
        run(filled, home, enter(filled, server))
    result = run(filled, home, enter(filled, server, max_tokens=200))
    assert result.candidate_id is not None
    with filled.session() as session:
        assert get_candidate(session, result.candidate_id).evidence.malformed == ()


def test_most_answers_without_a_text_later_stop_a_run_before_the_test_split_is_read(
    filled: Database, home: Home, server: ChatServer
) -> None:
    server.enqueue(*[chat('{"rating": 3}')] * FIRST)
    server.default = chat(None)
    number = enter(filled, server)
    with pytest.raises(MostlyMalformed, match="answers are malformed for one cause: empty"):
        run(filled, home, number)
    assert FIRST < len(server.requests) <= BUDGET


def test_answers_in_the_wrong_form_do_not_stop_a_run_since_a_snippet_may_mend_it(
    filled: Database, home: Home, server: ChatServer
) -> None:
    server.default = lambda request: chat(
        JUDGE.answer(*asked(request)) if small.TEXTS["exact"] in asked(request)[0] else "I would say 4."
    )
    result = run(filled, home, enter(filled, server))
    assert "exact" in result.keys
    assert result.candidate_id is not None


def test_a_search_that_finds_nothing_says_for_which_cause_most_answers_are_malformed(
    filled: Database, home: Home, server: ChatServer
) -> None:
    server.default = chat("I would say 4.", finish="length")
    number = enter(filled, server)
    result = run(filled, home, number)
    assert result.candidate_id is None
    assert "answers are malformed for one cause: format (not JSON" in result.message
    assert "it was cut off at max_tokens" in result.message
    with filled.session() as session:
        assert get_run(session, number).state == FINISHED


@pytest.mark.parametrize(
    ("other", "error", "ended", "refusal"),
    [
        (
            lambda _: chat(None, message={"refusal": "I can't\ud83d."}),
            "a refusal: I can't\\ud83d.",
            "stop",
            "I can't\\ud83d.",
        ),
        (lambda _: chat(None, finish="content_filter"), "held back by a content filter", "content_filter", ""),
        (lambda text: chat(f"{text} \ud83d", finish="length"), "written as an escape", "length", ""),
        (lambda text: chat(f"<think>hm</think>{text}"), "its reasoning stands in the answer", "stop", ""),
    ],
)
def test_evidence_says_of_every_malformed_answer_why_it_is(
    filled: Database,
    home: Home,
    server: ChatServer,
    other: Callable[[str], Reply],
    error: str,
    ended: str,
    refusal: str,
) -> None:
    server.default = sometimes(other)
    result = run(filled, home, enter(filled, server))
    assert result.candidate_id is not None
    with filled.session() as session:
        evidence = get_candidate(session, result.candidate_id).evidence
    assert {(one.side, one.example_id[-1]) for one in evidence.malformed} == {
        ("incumbent", "3"),
        ("candidate", "3"),
    }
    for one in evidence.malformed:
        assert error in one.error
        assert (one.finish_reason, one.refusal) == (ended, refusal)
    assert json.dumps(evidence.as_json(), ensure_ascii=False).encode()
