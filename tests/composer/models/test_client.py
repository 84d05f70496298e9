"""Asking: the given messages out unchanged, one answer back, and outages told apart from answers."""

from __future__ import annotations

import pickle
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dspy
import pytest
from dspy.clients.base_lm import GLOBAL_HISTORY
from dspy.lm15 import ContextLengthError, Message, Request, Response, TextPart, Usage

from composer.models.answer import Answer
from composer.models.client import Outage, ask
from composer.models.connection import language_model
from composer.models.reply import NOT_STORABLE, REPEATS, TOOL_CALL
from composer.models.target import Target
from library.errors import Refused
from tests.servers import ChatServer, Reply, chat, failure, impatient, tool_call

KEY = "key-77e1c0ffee"
ODD = [
    {"role": "system", "content": " Rate it.\n\t- a {{bullet}}\n  - another\u2028 é\u0301 🙂  \n\n"},
    {"role": "user", "content": '\n  Text: "{x}" \\n <b>&amp;</b>\r\n'},
]


class Recorder:
    """An engine that keeps the requests it gets and answers with a text, or raises an error."""

    def __init__(self, text: str = "4", error: Exception | None = None) -> None:
        self.requests: list[Request] = []
        self.text, self.error = text, error
        self.lock = threading.Lock()

    def complete(self, request: Request) -> Response:
        with self.lock:
            self.requests.append(request)
        if self.error is not None:
            raise self.error
        said = request.messages[-1].text if self.text == "echo" else self.text
        return Response(
            id=None,
            model=request.model,
            message=Message.assistant([TextPart(said)]),
            finish_reason="length" if self.text == "cut" else "stop",
            usage=Usage(input_tokens=len(request.messages[-1].text or ""), output_tokens=2),
        )


def model_of(engine: Any, **settings: Any) -> dspy.LM:
    return dspy.LM(
        "embedded/test", engine=engine, max_tokens=16, temperature=0.0, seed=3, num_retries=0, **settings
    )


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def target_at(api_base: str, **changes: Any) -> Target:
    content = {"name": "far", "kind": "server", "model": "org/model:q4", "api_base": api_base, "seed": 7}
    return Target.model_validate({**content, **changes})


def test_an_engine_gets_exactly_the_messages_and_the_settings() -> None:
    engine = Recorder()
    answer = ask(model_of(engine), ODD)
    [request] = engine.requests
    assert request.system == ODD[0]["content"]
    assert [(message.role, message.text) for message in request.messages] == [("user", ODD[1]["content"])]
    assert (request.config.max_tokens, request.config.temperature, request.config.seed) == (16, 0.0, 3)
    assert (answer.text, answer.finish_reason, answer.completion_tokens) == ("4", "stop", 2)


def test_a_server_gets_exactly_the_messages_and_the_settings(server: ChatServer) -> None:
    server.enqueue(chat("5", prompt_tokens=40, completion_tokens=6))
    answer = ask(language_model(target_at(server.api_base)), ODD)
    assert server.requests == [
        {"model": "org/model:q4", "messages": ODD, "max_tokens": 16, "temperature": 0.0, "seed": 7}
    ]
    assert server.paths == ["/v1/chat/completions"]
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("5", 40, 6)


def test_a_server_gets_further_fields_and_none_that_is_left_out(server: ChatServer) -> None:
    changes = {"temperature": None, "max_tokens_field": "max_completion_tokens", "extra_body": {"top_k": 40}}
    ask(language_model(target_at(server.api_base, **changes)), ODD)
    assert server.requests == [
        {"model": "org/model:q4", "messages": ODD, "max_completion_tokens": 16, "seed": 7, "top_k": 40}
    ]


def test_a_model_whose_name_dspy_knows_gets_the_settings_of_the_target(server: ChatServer) -> None:
    ask(language_model(target_at(server.api_base, model="gpt-5-mini")), ODD)
    assert server.requests == [
        {"model": "gpt-5-mini", "messages": ODD, "max_tokens": 16, "temperature": 0.0, "seed": 7}
    ]


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Unsupported value: 'temperature' does not support 0.0 with this model.", "`temperature: null`"),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.", "max_tokens_field"),
        ("Unrecognized request argument supplied: seed", "`seed: null`"),
    ],
)
def test_a_setting_that_a_server_refuses_comes_with_what_to_write(
    server: ChatServer, said: str, advice: str
) -> None:
    server.enqueue(failure(400, said))
    with pytest.raises(Outage, match="refuses a setting") as outage:
        ask(impatient(target_at(server.api_base)), ODD)
    assert advice in str(outage.value)


def test_only_the_named_key_is_sent(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAR_KEY", "s3cret")
    for other in ("OPENAI_API_KEY", "VLLM_API_KEY", "HOSTED_VLLM_API_KEY"):
        monkeypatch.setenv(other, "not this one")
    ask(language_model(target_at(server.api_base)), ODD)
    ask(language_model(target_at(server.api_base, api_key_env="FAR_KEY")), ODD)
    assert server.keys == ["Bearer EMPTY", "Bearer s3cret"]


def test_a_variable_of_the_environment_does_not_divert_a_target(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_BASE", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
    assert ask(impatient(target_at(server.api_base)), ODD).text == "ok"


@pytest.mark.parametrize("text", ["", None])
def test_an_empty_answer_is_an_answer(server: ChatServer, text: str | None) -> None:
    server.enqueue(chat(text))
    assert ask(language_model(target_at(server.api_base)), ODD).text == ""
    assert ask(model_of(Recorder("")), ODD).text == ""


def test_half_of_an_emoji_is_a_malformed_answer_from_a_server_and_from_an_engine(server: ChatServer) -> None:
    server.enqueue(chat('{"rating": 3} \ud83d', finish="length"))
    for lm in (language_model(target_at(server.api_base)), model_of(Recorder('{"rating": 3} \ud83d'))):
        answer = ask(lm, ODD)
        assert (answer.text, answer.problem) == ('{"rating": 3} \\ud83d', NOT_STORABLE)


def test_a_tool_call_is_an_answer_without_a_text(server: ChatServer) -> None:
    server.enqueue(tool_call('{"rating": 3}'))
    answer = ask(language_model(target_at(server.api_base)), ODD)
    assert (answer.text, answer.finish_reason, answer.problem) == ("", "tool_calls", TOOL_CALL)


def test_an_address_of_a_vendor_is_asked_and_no_port_of_this_machine() -> None:
    for address in ("https://api.openai.com/v1", "https://api.mistral.ai/v1"):
        assert language_model(target_at(address)).engine.api_base == address


def test_an_answer_cut_off_says_so_and_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert ask(model_of(Recorder("cut")), ODD).finish_reason == "length"
    assert caplog.records == []


def test_every_call_is_made_and_nothing_is_remembered() -> None:
    engine = Recorder()
    lm = model_of(engine, cache=True)
    before = len(GLOBAL_HISTORY)
    for _ in range(3):
        ask(lm, ODD)
    assert len(engine.requests) == 3
    assert lm.history == []
    assert len(GLOBAL_HISTORY) == before


def test_threads_get_their_own_answers_and_tokens() -> None:
    lm = model_of(Recorder("echo"))
    questions = [[{"role": "system", "content": "s"}, {"role": "user", "content": "x" * n}] for n in range(1, 41)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda question: ask(lm, question), questions))
    assert [(answer.text, answer.prompt_tokens) for answer in answers] == [("x" * n, n) for n in range(1, 41)]


@pytest.mark.parametrize(
    "trouble", [failure(500, "busy"), Reply(200, {"error": {"message": "busy", "code": 502}})]
)
def test_passing_trouble_is_retried(server: ChatServer, trouble: Reply) -> None:
    server.enqueue(trouble, chat("3"))
    assert ask(language_model(target_at(server.api_base)), ODD).text == "3"
    assert len(server.requests) == 2


def test_a_slow_server_is_waited_for_and_its_time_counted(server: ChatServer) -> None:
    server.enqueue(Reply(200, chat("3").body, delay=0.3))
    answer = ask(language_model(target_at(server.api_base)), ODD)
    assert answer.text == "3"
    assert 0.3 <= answer.seconds < 30


def test_a_silent_server_is_an_outage_after_the_targets_timeout(server: ChatServer) -> None:
    server.enqueue(Reply(200, chat("3").body, delay=1.0))
    with pytest.raises(Outage, match="target far"):
        ask(impatient(target_at(server.api_base, timeout=0.2)), ODD)


def test_a_server_that_is_down_is_an_outage_that_says_how_to_go_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Outage) as outage:
        ask(impatient(target_at(f"http://127.0.0.1:{port}/v1")), ODD)
    assert outage.value.where == f"target far at http://127.0.0.1:{port}/v1"
    assert "can't be reached" in outage.value.what
    assert "run the same command again" in outage.value.fix


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (failure(401, "bad key\nsecond line"), "refuses the key: bad key .target far"),
        (failure(404, "no such model"), "doesn't have the model"),
        (failure(404, "no such route"), r"api_base \(it usually ends in /v1\)"),
        (failure(429, "too many"), "accepts no more calls for now: too many .* Wait a little, or lower parallel"),
        (Reply(200, {"error": {"message": "Too Many", "code": 429}}), "accepts no more calls for now: Too Many"),
        (failure(429, "out", code="insufficient_quota"), "is used up: out .* Waiting does not help"),
        (Reply(200, {"error": {"message": "out", "type": "insufficient_quota"}}), "is used up: out"),
        (failure(402, "pay first"), "is used up: pay first"),
        (failure(400, "x", type="exceed_context_size_error"), "too long for the model's context: x"),
        (Reply(200, {"error": {"code": 400, "message": "exceeds the available context size"}}), "larger context"),
        (Reply(200, {"error": {"message": "overloaded", "code": 502}}), "could not answer: overloaded .* later"),
        (failure(500, "boom"), "could not answer: boom"),
        (failure(400, "bad field"), "refuses the request: bad field .* Change what it names"),
        (Reply(200, b"<html>"), "not JSON"),
        (Reply(200, b'data: {"choices": []}\n\n'), "a stream of events.* Turn streaming off"),
        (Reply(200, {"hello": "world"}), "not one of the OpenAI chat API"),
        (Reply(200, {"choices": []}), "not one of the OpenAI chat API"),
    ],
)
def test_what_a_server_refuses_is_an_outage_with_its_reason(server: ChatServer, reply: Reply, said: str) -> None:
    server.enqueue(reply)
    with pytest.raises(Outage) as outage:
        ask(impatient(target_at(server.api_base)), ODD)
    assert re.search(said, str(outage.value))
    about_the_address = "api_base" in outage.value.fix
    assert about_the_address == (reply.status == 404 or said.startswith("not "))


def test_a_key_that_a_server_repeats_is_masked(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAR_KEY", KEY)
    lm = impatient(target_at(server.api_base, api_key_env="FAR_KEY"))
    long = "x" * 290 + f" key {KEY}"  # where only its beginning would be quoted
    server.enqueue(failure(401, f"no such key: {KEY}, see https://a.example/?key={KEY}"), failure(500, long))
    for said in (
        "refuses the key: no such key: [secret], see https://a.example/?key=[secret]",
        "could not answer",
    ):
        with pytest.raises(Outage, match=re.escape(said)) as outage:
            ask(lm, ODD)
        assert KEY[:8] not in str(outage.value)
    server.enqueue(chat(f"4 {KEY}", message={"reasoning": KEY, "refusal": KEY}, model=KEY, system_fingerprint=KEY))
    answer = ask(lm, ODD)
    assert (answer.text, answer.reasoning, answer.served_model) == ("4 [secret]", "[secret]", "[secret]")
    assert (answer.problem, KEY in repr(answer)) == (REPEATS, False)


def test_messages_that_do_not_fit_the_context_are_said_to_be_too_long() -> None:
    with pytest.raises(Outage, match="too long"):
        ask(model_of(Recorder(error=ContextLengthError("9000 tokens"))), ODD)


def test_a_refusal_of_the_engine_comes_through_as_it_is() -> None:
    with pytest.raises(Refused, match="no such file") as refusal:
        ask(model_of(Recorder(error=Refused("no such file"))), ODD)
    assert not isinstance(refusal.value, Outage)


def test_a_fault_of_the_program_is_not_taken_for_an_outage() -> None:
    with pytest.raises(dspy.LMUnexpectedError):
        ask(model_of(Recorder(error=ZeroDivisionError("a bug"))), ODD)


def test_a_server_whose_model_knows_no_system_role_is_told_from_one_that_refuses_a_setting(
    server: ChatServer,
) -> None:
    server.enqueue(failure(400, "System role not supported (chat template)"))
    with pytest.raises(Outage, match="refuses the system message: System role not supported") as refusal:
        ask(impatient(target_at(server.api_base)), ODD)
    assert "system: merge" in refusal.value.fix


def test_an_outage_survives_the_way_between_processes() -> None:
    again = pickle.loads(pickle.dumps(Outage("down", where="target far", fix="Wait.")))
    assert isinstance(again, Outage)
    assert str(again) == str(Outage("down", where="target far", fix="Wait."))
    answer = Answer("4", 10, 2, 0.5, "stop")
    assert pickle.loads(pickle.dumps(answer)) == answer


def test_dspy_is_kept_from_fetching_prices_and_is_never_configured() -> None:
    program = (
        "import composer.models.client, composer.models.connection, dspy, os, sys\n"
        "assert os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] == 'true'\n"
        "assert dspy.settings.lm is None\n"
        "assert 'litellm' not in sys.modules and 'openai' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
