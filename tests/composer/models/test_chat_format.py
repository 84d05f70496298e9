"""What servers show of how they make a prompt: by scripted servers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from composer.models.asking import MOST_BYTES, Asking
from composer.models.chat_format import (
    TemplateRefusal,
    Token,
    as_bytes,
    format_of,
    template_hash,
    template_of,
)
from composer.models.client import ask
from composer.models.connection import chat_format, chat_template, language_model
from composer.models.target import Target
from library.errors import Refused
from tests.servers import ChatServer, Reply, failure, impatient

HELLO = [{"role": "user", "content": "Hello."}]
TEMPLATE = "{{ messages[0].content }}"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def target_at(server: ChatServer, **changes: Any) -> Target:
    return Target.model_validate(
        {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base, **changes}
    )


def llama(server: ChatServer) -> None:
    """Have it show what llama.cpp's server does: a word is a token, and `<end>` is a control token."""

    def tokens(request: dict[str, Any]) -> Reply:
        words = request["content"].replace("<end>", " <end>" if request["parse_special"] else " < end >").split()
        return Reply(200, {"tokens": [{"id": crc32(word.encode()), "piece": word} for word in words]})

    def prompt(request: dict[str, Any]) -> Reply:
        if request["messages"][0]["role"] == "system":
            return failure(500, "System role not supported\n    at line 3")
        return Reply(200, {"prompt": f"user {request['messages'][0]['content']}<end>{request.get('more', '')}"})

    server.shows |= {"/tokenize": tokens, "/apply-template": prompt}
    server.shows["/props"] = Reply(200, {"chat_template": TEMPLATE})


def vllm(server: ChatServer) -> None:
    def tokens(request: dict[str, Any]) -> Reply:
        if "prompt" not in request and "messages" not in request:
            return failure(400, "prompt or messages is missing")
        return Reply(200, {"tokens": [7, 8], "token_strs": ["<|im_start|>", "ĠHelloĊ"], "count": 2})

    server.shows |= {"/tokenize": tokens, "/detokenize": Reply(200, {"prompt": "<|im_start|> Hello\n"})}
    server.shows["/tokenizer_info"] = Reply(200, {"chat_template": TEMPLATE})


def test_llama_cpps_server_shows_prompt_and_tokens_and_which_of_them_are_control_tokens(
    server: ChatServer,
) -> None:
    llama(server)
    target = target_at(server, extra_body={"more": "!"})
    lm = language_model(target)
    found = chat_format(lm, target)
    assert found is not None
    assert found.prompt(HELLO) == "user Hello.<end>!"
    assert [(one.text, one.control) for one in found.tokens("user Hello.<end>")] == [
        ("user", False),
        ("Hello.", False),
        ("<end>", True),
    ]
    with pytest.raises(TemplateRefusal, match=r"^System role not supported$"):
        found.prompt([{"role": "system", "content": "S"}, *HELLO])
    assert server.requests == []


def test_vllms_server_shows_them_another_way(server: ChatServer) -> None:
    vllm(server)
    found = format_of(Asking(server.api_base, "k"), "m", {})
    assert found is not None
    assert found.prompt(HELLO) == "<|im_start|> Hello\n"
    assert found.tokens("…") == (Token(7, b"<|im_start|>", True), Token(8, b" Hello\n", False))


@pytest.mark.parametrize(
    ("path", "field"),
    [("/props", "chat_template"), ("/tokenizer_info", "chat_template"), ("/api/show", "template")],
)
def test_a_template_is_found_wherever_a_server_shows_it(server: ChatServer, path: str, field: str) -> None:
    server.shows[path] = Reply(200, {field: TEMPLATE})
    target = target_at(server)
    assert chat_template(language_model(target), target) == TEMPLATE


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"prompt": 3, "tokens": "x", "chat_template": ["a"], "template": None}),
        Reply(200, {"tokens": [{"id": "7"}, 3]}),
        Reply(200, b"data: {}"),
        Reply(200, b"[1]"),
        Reply(302, {}),
        Reply(200, b" " * (MOST_BYTES + 1)),
    ],
    ids=["other types", "odd tokens", "a stream", "a list", "a redirect", "too much"],
)
def test_whatever_else_a_server_replies_shows_nothing(server: ChatServer, reply: Reply) -> None:
    server.shows = dict.fromkeys(("/apply-template", "/tokenize", "/props", "/api/show", "/tokenizer_info"), reply)
    asking = Asking(server.api_base, "k")
    assert format_of(asking, "m", {}) is None
    assert template_of(asking, "m") is None


def test_a_server_that_is_not_there_shows_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        asking = Asking(f"http://127.0.0.1:{free.getsockname()[1]}/v1", "k")
    assert format_of(asking, "m", {}) is None


def test_the_key_goes_out_with_each_question(server: ChatServer) -> None:
    template_of(Asking(server.api_base, "key-1"), "m")
    assert server.beside_keys == ["Bearer key-1"] * 3


@pytest.mark.parametrize(
    ("spelled", "held"),
    [
        ("ĠHiĊ", b" Hi\n"),
        ("▁Hi", b" Hi"),
        ("<0x0A>", b"\n"),
        ("Ã©", b"\xc3\xa9"),
        ("日本", "日本".encode()),
        ("", b""),
    ],
)
def test_a_vocabularys_spelling_is_read_as_the_bytes_it_stands_for(spelled: str, held: bytes) -> None:
    assert as_bytes(spelled) == held


def test_a_server_with_another_chat_template_is_refused_before_it_is_asked(server: ChatServer) -> None:
    server.shows["/props"] = Reply(200, {"chat_template": TEMPLATE})
    expected = template_hash("{{ another }}")
    with pytest.raises(Refused, match=f"write `template_sha256: {template_hash(TEMPLATE)}`") as refusal:
        ask(impatient(target_at(server, template_sha256=expected)), HELLO)
    assert "the chat template has changed" in str(refusal.value)
    assert expected in str(refusal.value)
    assert server.requests == []


def test_a_server_with_that_template_is_asked_and_not_at_every_question(server: ChatServer) -> None:
    server.shows["/props"] = Reply(200, {"chat_template": TEMPLATE})
    lm = impatient(target_at(server, template_sha256=template_hash(TEMPLATE)))
    assert [ask(lm, HELLO).text, ask(lm, HELLO).text] == ["ok", "ok"]
    assert server.beside.count("/props") == 1


def test_a_server_that_shows_no_template_is_asked_all_the_same(server: ChatServer) -> None:
    assert ask(impatient(target_at(server, template_sha256="0" * 64)), HELLO).text == "ok"


def test_a_target_without_the_field_never_looks(server: ChatServer) -> None:
    ask(impatient(target_at(server)), HELLO)
    assert server.beside == []
