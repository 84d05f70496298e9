"""What Anthropic's and Gemini's servers get, byte for byte, and what their errors come to: on a local stub.

The shapes are those of the documented APIs; the vendors themselves are not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dspy
import pytest

from composer.models.client import Outage, TooLong, ask
from composer.models.target import Target
from tests.servers import ChatServer, Reply, anthropic, chat, gemini, impatient

ODD = [
    {"role": "system", "content": " Rate it.\n\t- a {{bullet}}\n  - another\u2028 é\u0301 🙂  \n\n"},
    {"role": "user", "content": '\n  Text: "{x}" \\n <b>&amp;</b>\r\n'},
]
SYSTEM, USER = (one["content"] for one in ODD)
REPLIES = {"anthropic": anthropic, "gemini": gemini, "openai": chat}


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def model_at(server: ChatServer, api: str, **changes: Any) -> dspy.LM:
    content = {"name": "far", "kind": "server", "api": api, "model": "some-model", "api_base": server.api_base}
    return impatient(Target.model_validate({**content, **changes}))


def test_anthropic_gets_exactly_the_messages_and_the_settings(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not this one")
    monkeypatch.setenv("FAR_KEY", "s3cret-key")
    server.enqueue(anthropic("5"))
    answer = ask(model_at(server, "anthropic", api_key_env="FAR_KEY", extra_body={"top_k": 3}), ODD)
    assert server.requests == [
        {
            "model": "some-model",
            "system": SYSTEM,
            "messages": [{"role": "user", "content": [{"type": "text", "text": USER}]}],
            "stream": False,
            "max_tokens": 16,
            "temperature": 0.0,
            "top_k": 3,
        }
    ]
    assert server.paths == ["/v1/messages"]
    [sent] = server.headers
    assert (sent["x-api-key"], sent["anthropic-version"]) == ("s3cret-key", "2023-06-01")
    assert "authorization" not in sent
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("5", 11, 3)


def test_gemini_gets_exactly_the_messages_and_the_settings(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "not this one")
    monkeypatch.setenv("FAR_KEY", "s3cret-key")
    server.enqueue(gemini("5"))
    further = {"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}, "safetySettings": []}
    answer = ask(model_at(server, "gemini", api_key_env="FAR_KEY", seed=7, extra_body=further), ODD)
    assert server.requests == [
        {
            "systemInstruction": {"parts": [{"text": SYSTEM}]},
            "contents": [{"role": "user", "parts": [{"text": USER}]}],
            "generationConfig": {
                "thinkingConfig": {"thinkingBudget": 0},
                "maxOutputTokens": 16,
                "temperature": 0.0,
                "seed": 7,
            },
            "safetySettings": [],
        }
    ]
    assert server.paths == ["/v1/models/some-model:generateContent"]
    [sent] = server.headers
    assert sent["x-goog-api-key"] == "s3cret-key"
    assert "authorization" not in sent
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("5", 11, 3)


@pytest.mark.parametrize(("api", "field"), [("anthropic", "system"), ("gemini", "systemInstruction")])
def test_a_merged_system_text_goes_to_the_start_of_the_user_message(
    server: ChatServer, api: str, field: str
) -> None:
    server.enqueue(REPLIES[api]("5"))
    ask(model_at(server, api, system="merge"), ODD)
    [request] = server.requests
    assert field not in request
    messages = request.get("messages") or request["contents"]
    part = (messages[0].get("content") or messages[0].get("parts"))[0]
    assert (len(messages), part["text"]) == (1, f"{SYSTEM}\n\n{USER}")


@pytest.mark.parametrize("api", ["anthropic", "gemini"])
def test_a_key_that_is_not_named_is_not_sent(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, "not-this-one")
    server.enqueue(REPLIES[api]("5"))
    ask(model_at(server, api), ODD)
    assert "not-this-one" not in str(server.headers)


def anthropic_failure(status: int, kind: str, message: str) -> Reply:
    return Reply(status, {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})


def gemini_failure(status: int, name: str, message: str, *details: dict[str, Any]) -> Reply:
    error = {"code": status, "message": message, "status": name, "details": list(details)}
    return Reply(status, {"error": error})


INVALID = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}


@pytest.mark.parametrize(
    ("api", "reply", "said"),
    [
        ("anthropic", anthropic_failure(401, "authentication_error", "invalid x-api-key"), "refuses the key"),
        ("anthropic", anthropic_failure(403, "permission_error", "no access"), "refuses the key"),
        ("anthropic", anthropic_failure(404, "not_found_error", "model: x"), "doesn't have the model"),
        ("anthropic", anthropic_failure(429, "rate_limit_error", "slow down"), "accepts no more calls"),
        ("anthropic", anthropic_failure(529, "overloaded_error", "Overloaded"), "Overloaded"),
        ("anthropic", anthropic_failure(200, "overloaded_error", "Overloaded"), "Overloaded"),
        ("anthropic", anthropic_failure(400, "invalid_request_error", "top_k: no"), "refuses the request: top_k"),
        ("anthropic", anthropic_failure(400, "billing_error", "pay first"), "quota or balance"),
        ("anthropic", anthropic_failure(504, "timeout_error", "too slow"), "stayed silent"),
        ("gemini", gemini_failure(400, "INVALID_ARGUMENT", "key not valid", INVALID), "refuses the key"),
        ("gemini", gemini_failure(403, "PERMISSION_DENIED", "no access"), "refuses the key"),
        ("gemini", gemini_failure(404, "NOT_FOUND", "models/x is not found"), "doesn't have the model"),
        ("gemini", gemini_failure(429, "RESOURCE_EXHAUSTED", "slow down"), "accepts no more calls"),
        ("gemini", gemini_failure(503, "UNAVAILABLE", "overloaded"), "overloaded"),
        ("gemini", gemini_failure(400, "INVALID_ARGUMENT", "topK: no"), "refuses the request: topK"),
        ("gemini", gemini_failure(504, "DEADLINE_EXCEEDED", "too slow"), "stayed silent"),
    ],
)
def test_an_error_comes_to_the_same_clear_outage_whoever_the_vendor_is(
    server: ChatServer, api: str, reply: Reply, said: str
) -> None:
    server.enqueue(reply)
    with pytest.raises(Outage, match=said) as outage:
        ask(model_at(server, api), ODD)
    assert "The answers so far are kept" in str(outage.value)


@pytest.mark.parametrize(
    ("api", "reply"),
    [
        ("anthropic", anthropic_failure(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")),
        ("gemini", gemini_failure(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum (8).")),
    ],
)
def test_messages_that_are_too_long_are_told_apart(server: ChatServer, api: str, reply: Reply) -> None:
    server.enqueue(reply)
    with pytest.raises(TooLong):
        ask(model_at(server, api), ODD)


@pytest.mark.parametrize("api", ["anthropic", "gemini", "openai"])
@pytest.mark.parametrize("other", ["anthropic", "gemini", "openai"])
def test_a_reply_of_another_api_is_no_answer(server: ChatServer, api: str, other: str) -> None:
    server.enqueue(REPLIES[other]("5"))
    if api == other:
        assert ask(model_at(server, api), ODD).text == "5"
        return
    with pytest.raises(Outage, match="can't be used: it is not one of"):
        ask(model_at(server, api), ODD)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_whatever_its_body_holds(server: ChatServer, status: int) -> None:
    with ChatServer() as other:
        body = chat("5").body
        server.enqueue(Reply(status, body, headers=(("Location", f"{other.api_base}/chat/completions"),)))
        with pytest.raises(Outage, match="leads to another address"):
            ask(model_at(server, "openai"), ODD)
        assert other.requests == []
