"""The reflection model: room to write, a seed a call, its answers kept, its texts taken down as they come."""

from __future__ import annotations

from typing import Any

import dspy
import pytest
from dspy.lm15 import Message, Request, Response, TextPart, Usage

from composer.answers.evaluator import Counts, Stopped
from composer.answers.store import MemoryCells
from composer.models.client import Outage
from composer.models.connection import language_model
from composer.models.target import Target
from composer.optimizer.program import Halted
from composer.optimizer.reflection import (
    ROOM_TOKENS,
    WRITTEN_TOKENS,
    ReflectionAdapter,
    ReflectionEngine,
    as_asked,
    reflecting,
)
from composer.search.problem import BudgetSpent
from tests import small
from tests.scripted import ScriptedEngine, scripted_lm
from tests.servers import ChatServer, Reply
from tests.writers import writing

TARGET = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b")


class Propose(dspy.Signature):  # type: ignore[misc]
    """Write a prompt."""

    wish: str = dspy.InputField()
    new_instruction: str = dspy.OutputField()


class Describe(dspy.Signature):  # type: ignore[misc]
    """Say what the data are."""

    wish: str = dspy.InputField()
    observations: str = dspy.OutputField()


def engine(
    model: Any, cells: MemoryCells | None = None, *, most: int = 9, target: Target = TARGET
) -> ReflectionEngine:
    lm = model if isinstance(model, dspy.LM) else scripted_lm(model)
    return ReflectionEngine(lambda: lm, reflecting(target), cells or MemoryCells(), most=most)


def ask(made: ReflectionEngine, signature: Any = Propose, texts: list[str] | None = None) -> str:
    lm = dspy.LM("reflection/model", engine=made, cache=False, num_retries=0)
    adapter = ReflectionAdapter([].append if texts is None else texts.append)
    with dspy.context(lm=lm, adapter=adapter, disable_history=True):
        answer = dspy.Predict(signature)(wish="Be brief.")
    return str(next(iter(answer.values())))


def test_a_target_gets_room_to_write_and_is_another_then() -> None:
    found = reflecting(TARGET)
    assert (found.max_tokens, found.context, found.temperature) == (WRITTEN_TOKENS, ROOM_TOKENS, 1.0)
    assert found.hash != TARGET.hash
    large = TARGET.model_copy(update={"max_tokens": 4000, "context": 20_000})
    assert (reflecting(large).max_tokens, reflecting(large).context) == (4000, 20_000)


def test_a_model_that_takes_no_temperature_is_sent_none() -> None:
    server = Target(name="s", kind="server", model="m", api_base="http://127.0.0.1:1/v1", temperature=None)
    assert reflecting(server).temperature is None


def test_each_call_has_a_seed_of_its_own_and_is_kept() -> None:
    seeds: list[Any] = []

    class Seeing:
        def complete(self, request: Request) -> Response:
            seeds.append(request.config.seed)
            text = f"[[ ## new_instruction ## ]]\nWrite {len(seeds)}."
            message = Message.assistant([TextPart(text)])
            return Response(id=None, model="m", message=message, finish_reason="stop", usage=Usage())

    lm = dspy.LM("scripted/model", engine=Seeing(), cache=False, num_retries=0, seed=0)
    cells = MemoryCells()
    made = engine(lm, cells)
    assert [ask(made), ask(made)] == ["Write 1.", "Write 2."]
    assert seeds == [0, 1]
    again = engine(lm, cells)
    assert [ask(again), ask(again)] == ["Write 1.", "Write 2."]
    assert seeds == [0, 1]
    assert again.counts == Counts(asked=2, stored=2, paid=0)


def test_the_seed_of_a_server_is_among_its_fields() -> None:
    lm = scripted_lm(writing("Do so."))
    lm.request_fields = {"max_tokens": 1024, "seed": 7}
    made = engine(lm, target=TARGET.model_copy(update={"seed": 7}))
    assert [made._drawing(number).request_fields["seed"] for number in (0, 3)] == [7, 10]
    assert lm.request_fields["seed"] == 7


def test_it_is_asked_no_more_often_than_it_may_be() -> None:
    model = writing("Do so.")
    made = engine(model, most=1)
    ask(made)
    with pytest.raises(Halted) as halted:
        ask(made)
    assert isinstance(halted.value.cause, BudgetSpent)
    assert len(model.asked) == 1


@pytest.mark.parametrize("problem", [Outage("the server can't be reached"), KeyboardInterrupt()])
def test_an_outage_or_an_interrupt_ends_what_dspy_is_at(problem: BaseException) -> None:
    with pytest.raises(Halted) as halted:
        ask(engine(small.Dying(writing("Do so."), 1, problem)))
    assert isinstance(halted.value.cause, Outage | KeyboardInterrupt)


def test_a_pause_that_a_server_asks_for_ends_when_the_mining_is_stopped() -> None:
    stopped: list[str] = []

    def stop() -> None:
        if stopped:
            raise Stopped

    with ChatServer(Reply(429, {"error": {"message": "busy"}}, headers=(("Retry-After", "300"),))) as server:
        far = Target(name="far", kind="server", model="m", api_base=server.api_base)
        lm = language_model(far, say=stopped.append)
        made = ReflectionEngine(lambda: lm, reflecting(far), MemoryCells(), most=9, stop=stop)
        with pytest.raises(Halted) as halted:
            ask(made)
        assert isinstance(halted.value.cause, Stopped)
        assert len(server.requests) == 1


def test_prompts_are_taken_down_and_what_describes_the_data_is_not() -> None:
    texts: list[str] = []
    made = engine(writing("Rate it.\n- Be strict."))
    ask(made, Describe, texts)
    assert texts == []
    assert ask(made, Propose, texts) == "Rate it.\n- Be strict."
    assert texts == ["Rate it.\n- Be strict."]


def test_a_text_without_markers_is_taken_whole_and_asked_for_once() -> None:
    model = ScriptedEngine(lambda _system, _user: "Rate it.\n- Be strict.\n[[ ## completed ## ]]")
    assert ask(engine(model)) == "Rate it.\n- Be strict."
    assert len(model.asked) == 1


@pytest.mark.parametrize("said", ["", "[[ ## new_instruction ## ]]", "[[ ## completed ## ]]"])
def test_of_an_empty_answer_no_prompt_is_made(said: str) -> None:
    texts: list[str] = []
    assert ask(engine(ScriptedEngine(lambda _system, _user: said)), Propose, texts) == ""
    assert texts == []


def test_an_answer_that_was_cut_off_ends_with_its_last_whole_sentence() -> None:
    class Cut(ScriptedEngine):
        def complete(self, request: Request) -> Response:
            found = super().complete(request)
            return Response(id=None, model="m", message=found.message, finish_reason="length", usage=found.usage)

    said = "[[ ## new_instruction ## ]]\nRate it.\n- Be strict. Never gi"
    assert ask(engine(Cut(lambda _system, _user: said))) == "Rate it.\n- Be strict."


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("```\nRate it.\n```", "Rate it."),
        ('"Rate it."', "Rate it."),
        ('Answer "yes" or "no"', 'Answer "yes" or "no"'),
        ("Rate the sentence: be strict.", "Rate the sentence: be strict."),
        ("  Rate it.\n    - Be strict.", "Rate it.\n- Be strict."),
    ],
)
def test_a_prompt_is_asked_without_the_fence_or_quotes_around_it(written: str, asked: str) -> None:
    assert as_asked(written) == asked
