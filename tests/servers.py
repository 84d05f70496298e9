"""A small real server of the OpenAI chat API on the loopback address, for tests of server targets."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Reply:
    """One scripted HTTP reply: a status, a body (dict or raw bytes), and seconds to wait before it."""

    status: int
    body: dict[str, Any] | bytes
    delay: float = 0.0


def chat(text: str | None, *, prompt_tokens: int = 11, completion_tokens: int = 3, finish: str = "stop") -> Reply:
    """A successful chat completion with this text."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
    return Reply(200, {"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage})


def failure(status: int, message: str) -> Reply:
    """An error in the API's form."""
    return Reply(status, {"error": {"message": message}})


class ChatServer:
    """Answers with the enqueued replies in turn, then with `default`; keeps what it was sent.

    `requests` holds the JSON bodies, `paths` and `keys` the request paths and Authorization headers.
    """

    def __init__(self, default: Reply | None = None) -> None:
        self.default = default or chat("ok")
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self._replies: deque[Reply] = deque()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                owner.requests.append(json.loads(self.rfile.read(length)))
                owner.paths.append(self.path)
                owner.keys.append(self.headers.get("Authorization"))
                owner._answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def api_base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def enqueue(self, *replies: Reply) -> None:
        self._replies.extend(replies)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        reply = self._replies.popleft() if self._replies else self.default
        time.sleep(reply.delay)
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        try:
            handler.send_response(reply.status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            pass  # the client gave up waiting

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
