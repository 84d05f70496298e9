"""Reading a server's reply: an answer whose texts can be stored, or no answer, whatever the reply holds."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.models.answer import Answer
from composer.models.reply import MOST_TOKENS, NOT_STORABLE, TOOL_CALL, NoAnswer, answer_in, content_of
from tests.replies import BODY, COMPLETION, JSON
from tests.servers import chat, reasoning, tool_call

TEXTS = ("text", "finish_reason", "refusal", "reasoning", "problem", "served_model", "system_fingerprint")
COUNTS = ("prompt_tokens", "completion_tokens", "reasoning_tokens")


def read(reply: Any) -> Answer:
    return answer_in(content_of(json.dumps(reply.body).encode()))


def test_an_answer_comes_with_all_that_is_said_of_it() -> None:
    answer = read(chat("5", finish="length", model="m-2026", system_fingerprint="fp_1"))
    assert answer == Answer("5", 11, 3, 0.0, "length", served_model="m-2026", system_fingerprint="fp_1")


def test_reasoning_is_kept_apart_and_counted() -> None:
    answer = read(reasoning("5", "Let me think.", tokens=40))
    assert (answer.text, answer.reasoning, answer.reasoning_tokens) == ("5", "Let me think.", 40)
    assert (answer.completion_tokens, answer.problem) == (40, "")
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "5"}]
    answer = read(chat(parts))
    assert (answer.text, answer.reasoning) == ("5", "hm")
    assert read(chat(None, message={"reasoning": "hm"})).reasoning == "hm"


@pytest.mark.parametrize("usage", [{"usage": None}, {"usage": []}, {"usage": {}}])
def test_an_answer_is_read_without_a_count_and_without_a_reason_for_its_end(usage: dict[str, object]) -> None:
    answer = read(chat([{"type": "text", "text": "5"}], finish=None, **usage))
    assert answer == Answer("5", 0, 0, 0.0, "", served_model="m")


def test_a_refusal_is_kept_apart() -> None:
    assert read(chat(None, message={"refusal": "I can't."})).refusal == "I can't."
    answer = read(chat([{"type": "refusal", "refusal": "No."}]))
    assert (answer.text, answer.refusal) == ("", "No.")


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (tool_call(), TOOL_CALL),
        (chat(None, message={"function_call": {"name": "answer"}}), TOOL_CALL),
        (chat({"rating": 3}), "its content is an object, not a text"),
        (chat(3), "its content is a number, not a text"),
        (chat("3 \ud83d"), NOT_STORABLE),
        (chat("3\0"), NOT_STORABLE),
    ],
)
def test_an_answer_that_no_task_can_read_says_why(reply: Any, problem: str) -> None:
    assert read(reply).problem == problem


def test_half_of_a_surrogate_pair_is_stored_as_an_escape() -> None:
    assert read(chat('{"rating": 3} \ud83d')).text == '{"rating": 3} \\ud83d'
    assert read(chat('{"rating": 3} 🙂')).problem == ""


@pytest.mark.parametrize("cut", [b"\xf0\x9f\x98", b"\xed\xa0\xbd", b"\xff"])
def test_bytes_that_are_no_utf8_are_stored_as_escapes(cut: bytes) -> None:
    body = json.dumps(chat("3 @").body).encode().replace(b"@", cut)
    answer = answer_in(content_of(body))
    assert answer.text.startswith("3 \\u")
    assert answer.problem == NOT_STORABLE


@pytest.mark.parametrize("count", [None, "11", -1, 1.5, True, MOST_TOKENS + 1, float("nan"), float("inf"), [1]])
def test_a_count_that_is_none_is_not_reported(count: object) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": 4.0, "completion_tokens_details": count}
    answer = read(chat("3", usage=usage))
    assert (answer.prompt_tokens, answer.completion_tokens, answer.reasoning_tokens) == (0, 4, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"",
        b"data: {}\n\n",
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 10_000,
        b"null",
        b"[]",
        b'{"hello": "world"}',
        b'{"choices": []}',
        b'{"choices": ["5"]}',
        b'{"choices": [{"text": "5"}]}',
    ],
)
def test_what_is_no_chat_completion_is_no_answer(body: bytes) -> None:
    with pytest.raises(NoAnswer):
        answer_in(content_of(body))


@given(COMPLETION | BODY | JSON)
def test_whatever_a_server_sends_is_an_answer_that_can_be_stored_or_none(body: Any) -> None:
    try:
        answer = answer_in(content_of(json.dumps(body).encode()))
    except NoAnswer:
        return
    for name in TEXTS:
        text = getattr(answer, name)
        assert text.encode().decode() == text
        assert "\0" not in text
    assert all(type(getattr(answer, name)) is int and 0 <= getattr(answer, name) <= MOST_TOKENS for name in COUNTS)


@given(st.binary(max_size=40))
def test_whatever_bytes_a_server_sends_are_json_or_no_answer(body: bytes) -> None:
    with contextlib.suppress(NoAnswer):
        content_of(body)
