"""A small real server of the OpenAI chat API on the loopback address, for tests of server targets."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import dspy

from composer.models.connection import language_model
from composer.models.target import Target


@dataclass(frozen=True)
class Reply:
    """One scripted HTTP reply: a status, a body (JSON or raw bytes), seconds to wait before it, and headers."""

    status: int
    body: Any
    delay: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()


def chat(
    text: Any,
    *,
    prompt_tokens: int = 11,
    completion_tokens: int = 3,
    finish: str | None = "stop",
    message: dict[str, Any] | None = None,
    **body: Any,
) -> Reply:
    """A successful chat completion with this content, and further fields of the message and of the body."""
    said = {"role": "assistant", "content": text, **(message or {})}
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
    choices = [{"index": 0, "message": said, "finish_reason": finish}]
    whole = {"id": "1", "object": "chat.completion", "model": "m", "choices": choices, "usage": usage}
    return Reply(200, {**whole, **body})


def reasoning(text: str | None, thought: str, *, tokens: int = 12, finish: str = "stop") -> Reply:
    """The answer of a model that reasons first: its thoughts beside the content, or nothing else."""
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": tokens,
        "completion_tokens_details": {"reasoning_tokens": tokens},
    }
    return chat(text, finish=finish, message={"reasoning_content": thought}, usage=usage)


def tool_call(arguments: str = "{}") -> Reply:
    """A call of a tool instead of an answer."""
    call = {"id": "t", "type": "function", "function": {"name": "answer", "arguments": arguments}}
    return chat(None, finish="tool_calls", message={"tool_calls": [call]})


def failure(status: int, message: str, **error: Any) -> Reply:
    """An error in the API's form, with further fields such as `code` and `type`."""
    return Reply(status, {"error": {"message": message, **error}})


def anthropic(text: str, *, stop: str = "end_turn", blocks: Sequence[dict[str, Any]] = (), **body: Any) -> Reply:
    """A message of Anthropic's API with this text after other blocks, and further fields of the body."""
    content = [*blocks, {"type": "text", "text": text}]
    usage = {"input_tokens": 11, "output_tokens": 3}
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content}
    return Reply(200, {**whole, "stop_reason": stop, "stop_sequence": None, "usage": usage, **body})


def gemini(text: str, *, finish: str = "STOP", parts: Sequence[dict[str, Any]] = (), **body: Any) -> Reply:
    """A reply of Gemini's generateContent with this text after other parts, and further fields of the body."""
    content = {"role": "model", "parts": [*parts, {"text": text}]}
    usage = {"promptTokenCount": 11, "candidatesTokenCount": 3, "totalTokenCount": 14}
    candidates = [{"content": content, "finishReason": finish, "index": 0}]
    return Reply(200, {"candidates": candidates, "usageMetadata": usage, "modelVersion": "m", **body})


BESIDE = ("/apply-template", "/tokenize", "/detokenize", "/api/show", "/props", "/tokenizer_info")
"""Paths that servers have beside the chat API."""

Behaviour = Callable[[dict[str, Any]], Reply]
"""What a server replies to a request."""


class ChatServer:
    """Answers with the enqueued replies in turn, then as `default` has it; keeps what it was sent.

    `requests` holds the JSON bodies, `paths` and `keys` the request paths and Authorization headers, `headers` all
    of them by their names in lower case. What it
    shows beside the chat API is in `shows`, a reply or behaviour for each path; `beside` and `beside_keys` hold
    those that were asked for, in turn.
    """

    def __init__(self, default: Reply | Behaviour | None = None) -> None:
        self.default = default or chat("ok")
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.headers: list[dict[str, str]] = []
        self.shows: dict[str, Reply | Behaviour] = {}
        self.beside: list[str] = []
        self.beside_keys: list[str | None] = []
        self._replies: deque[Reply] = deque()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                request = json.loads(self.rfile.read(length))
                if self.path in BESIDE:
                    owner._show(self, request)
                    return
                owner.requests.append(request)
                owner.paths.append(self.path)
                owner.keys.append(self.headers.get("Authorization"))
                owner.headers.append({name.lower(): value for name, value in self.headers.items()})
                owner._answer(self, request)

            def do_GET(self) -> None:
                owner._show(self, {})

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def api_base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def enqueue(self, *replies: Reply) -> None:
        self._replies.extend(replies)

    def _answer(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        reply = self._replies.popleft() if self._replies else self.default
        self._send(handler, reply if isinstance(reply, Reply) else reply(request))

    def _show(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self.beside.append(handler.path)
        self.beside_keys.append(handler.headers.get("Authorization"))
        reply = self.shows.get(handler.path, Reply(404, {"error": "not found"}))
        self._send(handler, reply if isinstance(reply, Reply) else reply(request))

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        time.sleep(reply.delay)
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        try:
            handler.send_response(reply.status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            for name, value in reply.headers:
                handler.send_header(name, value)
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


def impatient(target: Target) -> dspy.LM:
    """A target's language model that tries nothing again."""
    lm = language_model(target)
    lm.patience = None
    return lm
