"""Questions beside the chat API: what a server shows, and nothing where it has no answer, whatever it sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from composer.models import asking
from composer.models.asking import Asking
from tests.raw_server import HEAD, RawServer, Send, bomb, endless, whole
from tests.servers import ChatServer, Reply


def test_it_asks_at_the_root_of_the_api_with_its_key() -> None:
    with ChatServer() as server:
        server.shows["/props"] = Reply(200, {"chat_template": "x"})
        server.shows["/tokenize"] = Reply(400, {"error": "no"})
        known = Asking(server.api_base, "key-1")
        assert known.get("/props") == {"chat_template": "x"}
        assert known.post("/tokenize", {"content": "a"}) == (400, {"error": "no"})
        assert known.get("/nothing") == {}
        assert server.beside == ["/props", "/tokenize", "/nothing"]
        assert set(server.beside_keys) == {"Bearer key-1"}


@pytest.mark.parametrize(
    "reply",
    [
        endless(b" ", first=HEAD + b"Content-Length: 1000\r\n\r\n", pause=0.02),
        endless(b"X-More: x\r\n", first=HEAD, pause=0.02),
        endless(b" " * 65536, first=HEAD + b"\r\n"),
        whole(bomb(300 * 2**20), b"Content-Encoding: gzip"),
        whole(b"x", b"Content-Encoding: br"),
        whole(b"[" * 100_000),
        whole(b"[]"),
        lambda _send: None,
    ],
    ids=["trickle", "headers", "without end", "bomb", "packed", "deep", "list", "cut"],
)
def test_a_server_that_means_harm_shows_nothing(
    reply: Callable[[Send], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS", 1.0)
    with RawServer(reply) as server:
        assert Asking(server.api_base, "k").get("/props") == {}
    assert Asking(server.api_base, "k").get("/props") == {}  # nobody is there
