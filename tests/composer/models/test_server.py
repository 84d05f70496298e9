"""A model behind a server that means harm or is broken: an end in time, in bounded memory, and in clear words."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import dspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.models.client import Outage, ask
from composer.models.connection import language_model, release
from composer.models.patience import Patience
from composer.models.server import MOST_BYTES
from composer.models.target import Target
from composer.models.vendors import Api
from library.errors import Refused
from tests.raw_server import HEAD, RawServer, Send, bomb, endless, whole
from tests.replies import JSON, REPLY
from tests.servers import ChatServer, Reply, anthropic, chat, gemini

VENDORS = st.builds(
    Reply,
    st.sampled_from([200, 200, 400, 429, 529]),
    st.fixed_dictionaries(
        {},
        optional={
            "content": JSON | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": JSON}), max_size=2),
            "role": JSON,
            "stop_reason": st.sampled_from(["end_turn", "max_tokens", "refusal"]) | JSON,
            "usage": JSON,
            "candidates": JSON
            | st.lists(
                st.fixed_dictionaries(
                    {"finishReason": st.sampled_from(["STOP", "SAFETY"]) | JSON},
                    optional={"content": JSON | st.fixed_dictionaries({"parts": JSON})},
                ),
                max_size=2,
            ),
            "promptFeedback": JSON | st.fixed_dictionaries({"blockReason": JSON}),
            "usageMetadata": JSON,
            "error": JSON | st.fixed_dictionaries({"details": JSON, "message": JSON, "status": JSON}),
        },
    ),
)
"""Replies with the fields of Anthropic's and Gemini's APIs, and any values in them."""
QUESTION = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
APIS: tuple[Api, ...] = ("openai", "anthropic", "gemini")
GOOD: dict[Api, Callable[..., Reply]] = {"openai": chat, "anthropic": anthropic, "gemini": gemini}


def model_at(server: Any, api: Api, **changes: Any) -> dspy.LM:
    content = {"name": "far", "kind": "server", "api": api, "model": "m", "api_base": server.api_base}
    return language_model(Target.model_validate({**content, **changes}))


def hasty() -> Patience:
    """Patience that tries again at once."""
    now = [0.0]
    return Patience(sleep=lambda seconds: now.append(now.pop() + seconds), clock=lambda: now[0])


def outage(server: Any, api: Api, **changes: Any) -> Outage:
    """Return the outage that a question comes to, asked with all patience that needs no waiting."""
    lm = model_at(server, api, **changes)
    lm.patience = hasty()
    try:
        with pytest.raises(Outage) as found:
            ask(lm, QUESTION)
    finally:
        release(lm)
    return found.value


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    "reply",
    [
        endless(b" ", first=HEAD + b"Content-Length: 1000\r\n\r\n", pause=0.02),
        endless(b"X-More: x\r\n", first=HEAD, pause=0.02),
    ],
    ids=["body", "headers"],
)
def test_a_reply_that_trickles_is_an_outage_after_the_timeout_and_is_not_asked_for_again(
    api: Api, reply: Callable[[Send], None]
) -> None:
    with RawServer(reply) as server:
        begun = time.monotonic()
        found = outage(server, api, timeout=0.3)
        assert found.what == "the server is too slow: its reply wasn't whole after 0.3 s"
        assert "raise timeout in the target file" in found.fix
        assert server.requests == 1
        assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (endless(b" " * 65536, first=HEAD + b"\r\n"), "it is longer than 4 MiB"),
        (whole(bomb(300 * 2**20), b"Content-Encoding: gzip"), "it is longer than 4 MiB"),
        (whole(b"x", b"Content-Encoding: gzip, gzip"), "it is packed in a way that isn't read here"),
        (endless(b"X-More: " + b"x" * 1000 + b"\r\n", first=HEAD), "it is not HTTP that can be read"),
        (whole(b"[" * MOST_BYTES), "it is not JSON that can be read"),
        (whole(b'{"a": ' + b"9" * 10_000 + b"}"), "it is not JSON that can be read"),
        (whole(b""), "it is not JSON that can be read"),
        (whole(b"null"), "it is not one of"),
        (whole(b"[]"), "it is not one of"),
    ],
    ids=["without end", "bomb", "packed twice", "headers", "deep", "huge number", "empty", "null", "list"],
)
def test_a_reply_that_is_none_is_an_outage_that_says_why(
    api: Api, reply: Callable[[Send], None], said: str
) -> None:
    with RawServer(reply) as server:
        found = outage(server, api)
        assert found.what.startswith(f"the server's reply can't be used: {said}")
        assert "api_base" in found.fix
        assert "kept" in found.fix
        assert server.requests == 1


@pytest.mark.parametrize("api", APIS)
def test_a_server_that_redirects_for_ever_is_asked_once(api: Api) -> None:
    def redirect(_request: dict[str, Any]) -> Reply:
        return Reply(307, {}, headers=(("Location", "/v1/chat/completions"),))

    with ChatServer(redirect) as server:
        assert "leads to another address, which is not followed" in outage(server, api).what
        assert len(server.requests) == 1


@pytest.mark.parametrize("api", APIS)
def test_a_silent_server_is_asked_once_more_and_then_is_an_outage(api: Api) -> None:
    with ChatServer(lambda _request: Reply(200, {}, delay=0.5)) as server:
        found = outage(server, api, timeout=0.1)
        assert found.what == "the server stayed silent: no reply came within 0.1 s"
        assert len(server.requests) == 2


@pytest.mark.parametrize("api", APIS)
def test_a_connection_that_is_cut_is_tried_again(api: Api) -> None:
    cut = [b"", HEAD, HEAD + b"Content-Length: 7\r\n\r\n{"]
    good = whole(json.dumps(GOOD[api]("5").body).encode())

    def reply(send: Send) -> None:
        send(cut.pop()) if cut else good(send)

    with RawServer(reply) as server:
        lm = model_at(server, api)
        lm.patience = hasty()
        assert ask(lm, QUESTION).text == "5"
        assert server.requests == 4
        release(lm)


@pytest.mark.parametrize("key", ["sk-secret-1\n", "sk-secret-1\r\nX: y", "sk-secret-\u20ac", "sk-secret\x7f"])
def test_a_key_that_no_header_takes_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("FAR_KEY", key)
    with ChatServer() as server:
        with pytest.raises(Refused, match="FAR_KEY holds a character that can't be sent") as refusal:
            model_at(server, "openai", api_key_env="FAR_KEY")
        assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("api", APIS)
@settings(max_examples=40)
@given(st.lists(REPLY | VENDORS, min_size=1, max_size=3))
def test_whatever_a_server_sends_is_an_answer_or_an_outage(api: Api, replies: list[Reply]) -> None:
    with ChatServer() as server:
        server.enqueue(*replies)
        lm = model_at(server, api)
        lm.patience = None
        for _ in replies:
            try:
                answer = ask(lm, QUESTION)
            except Outage as found:
                str(found).encode()
            else:
                f"{answer.text}{answer.refusal}{answer.reasoning}{answer.finish_reason}".encode()
        release(lm)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_busy_server_is_waited_for_as_long_as_it_asks_whoever_the_vendor_is(api: Api, status: int) -> None:
    slept: list[float] = []
    good = GOOD[api]("5")
    with ChatServer(good) as server:
        server.enqueue(Reply(status, {"error": {"message": "overloaded"}}, headers=(("Retry-After", "12"),)))
        lm = model_at(server, api)
        lm.patience = Patience(sleep=slept.append, clock=lambda: sum(slept))
        assert ask(lm, QUESTION).text == "5"
        assert 12 <= sum(slept) <= 12.5
        release(lm)


@pytest.mark.parametrize("asked", ["nan", "-5", "1e400", "soon", "", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_pause_that_makes_no_sense_is_one_of_our_own_making(asked: str) -> None:
    slept: list[float] = []
    with ChatServer() as server:
        server.enqueue(Reply(429, {"error": {"message": "busy"}}, headers=(("Retry-After", asked),)))
        lm = model_at(server, "openai")
        lm.patience = Patience(sleep=slept.append, clock=lambda: sum(slept))
        assert ask(lm, QUESTION).text == "ok"
        assert sum(slept) <= 1.5
        release(lm)
