"""A bound on what is paid: never passed, nothing lost, and the same command goes on from there."""

from __future__ import annotations

import threading
from typing import Any

import dspy
import pytest

from composer.answers.bound import GO_ON, Bound, BoundReached, Limits, bound_in, spending_at_most
from composer.answers.session import model_session
from composer.answers.store import MemoryCells, Question
from composer.models.answer import Answer
from composer.models.connection import language_model
from composer.models.target import Target
from composer.prompts.composition import Composition
from library.errors import Refused
from tests import small
from tests.servers import ChatServer, Reply, chat

TASK = small.task()
EXAMPLES = small.examples(8, 8)
PROMPT = Composition(TASK.base)
QUESTION = Question([{"role": "user", "content": "12345678"}], "t", "c", "e")


def target_at(server: ChatServer, **changes: Any) -> Target:
    content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base, "parallel": 4}
    return Target.model_validate({**content, **changes})


def connect(target: Target, _say: object) -> dspy.LM:
    return language_model(target)


def asked(target: Target, cells: MemoryCells) -> int:
    with model_session(TASK, target, cells, connect=connect) as model:
        return len(model.evaluator().answers(PROMPT, EXAMPLES))


def test_no_more_answers_are_paid_for_than_the_bound_says_and_the_rest_comes_the_next_time() -> None:
    cells = MemoryCells()
    with ChatServer(chat('{"rating": 3}')) as server:
        target = target_at(server)
        with spending_at_most(5, None), pytest.raises(BoundReached, match=r"--max-cells 5\. Paid for 5 answers"):
            asked(target, cells)
        assert len(server.requests) == 5
        with spending_at_most(100, None):
            assert asked(target, cells) == len(EXAMPLES)
        assert len(server.requests) == len(EXAMPLES)


def test_money_is_never_passed_whatever_is_in_flight() -> None:
    cells, prices = MemoryCells(), {"price_per_million_input_tokens": 1.0, "price_per_million_output_tokens": 1e6}
    with ChatServer(chat('{"rating": 3}', prompt_tokens=100, completion_tokens=16)) as server:
        target = target_at(server, **prices)
        with spending_at_most(None, 80.0) as bound, pytest.raises(BoundReached, match="before --max-cost 80"):
            asked(target, cells)
        assert (len(server.requests), round(bound.cost)) == (4, 64)
        assert bound.cost <= 80


def test_what_an_answer_did_not_cost_is_free_again() -> None:
    cells, prices = MemoryCells(), {"price_per_million_input_tokens": 0.0, "price_per_million_output_tokens": 1e6}
    with ChatServer(chat('{"rating": 3}', completion_tokens=1)) as server:
        with spending_at_most(None, 40.0) as bound:
            assert asked(target_at(server, **prices), cells) == len(EXAMPLES)
        assert bound.cost == len(EXAMPLES)


def test_tokens_that_are_not_reported_count_as_the_most_there_can_be() -> None:
    target = Target.model_validate(
        {"name": "t", "kind": "embedded", "model": "smollm2-135m", "price_per_million_tokens": 1e6}
    )
    bound = Bound(max_cost=1000.0)
    assert bound.may_ask(target, QUESTION, alone=True)
    bound.ended(target, QUESTION, Answer("x", 0, 0, 0.1, "stop"))
    assert bound.cost == 8 + 32 + 16


def test_a_question_without_an_answer_costs_nothing() -> None:
    target = Target.model_validate({"name": "t", "kind": "embedded", "model": "smollm2-135m"})
    bound = Bound(max_cells=1)
    assert bound.may_ask(target, QUESTION, alone=True)
    assert not bound.may_ask(target, QUESTION, alone=False)
    bound.ended(target, QUESTION, None)
    assert bound.may_ask(target, QUESTION, alone=True)


def test_many_threads_keep_to_one_bound() -> None:
    target = Target.model_validate({"name": "t", "kind": "embedded", "model": "smollm2-135m"})
    bound, taken = Bound(max_cells=50), []

    def take(number: int) -> None:
        for place in range(100):
            one = Question(QUESTION.messages, "t", "c", f"{number}-{place}", number * 1000 + place)
            if bound.may_ask(target, one, alone=False):
                bound.ended(target, one, Answer("x", 1, 1, 0.1, "stop"))
                taken.append(one)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == bound.cells == 50


def test_money_without_a_price_is_refused_before_anything_is_asked() -> None:
    with ChatServer(Reply(500, {})) as server, spending_at_most(None, 1.0):
        with pytest.raises(Refused, match="has no price"):
            asked(target_at(server), MemoryCells())
        assert server.requests == []


def test_a_bound_goes_to_a_worker_as_arguments_and_comes_back() -> None:
    for limits in (Limits(), Limits(30), Limits(None, 2.5), Limits(7, 0.001)):
        assert Limits.told(limits.arguments) == limits
    assert Limits().arguments == ()
    assert Limits(7, 2.5).arguments == ("--max-cells=7", "--max-cost=2.5")
    with pytest.raises(ValueError, match="--most"):
        Limits.told(["--most=3"])


@pytest.mark.parametrize("bound", [Bound(max_cells=0), Bound(max_cost=0.0)])
def test_the_bound_that_ended_some_work_is_found_in_its_message(bound: Bound) -> None:
    priced = Target(name="far", kind="server", model="m", api_base="http://a/v1", price_per_million_tokens=1.0)
    with pytest.raises(BoundReached) as reached:
        bound.may_ask(priced, QUESTION, alone=True)
    assert str(reached.value) == f"{bound_in(str(reached.value))} {GO_ON}"
    assert bound_in("") == bound_in("the server can't be reached") == ""
