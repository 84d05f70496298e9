"""A stub of Langfuse's documented prompt API on the loopback address; it is not Langfuse."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEYS = {"LANGFUSE_PUBLIC_KEY": "pk-made-up", "LANGFUSE_SECRET_KEY": "sk-made-up"}
BASE = "/api/public/v2/prompts"


class Held:
    """What the stub holds: versions of each name, from 1 on, and whether it trims what it stores."""

    def __init__(self, *, trims: bool = False) -> None:
        self.trims = trims
        self.prompts: dict[str, list[dict[str, Any]]] = {}
        self.requests: list[tuple[str, str]] = []

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        versions = self.prompts.setdefault(body["name"], [])
        texts = [
            {**one, "content": one["content"].strip() if self.trims else one["content"]} for one in body["prompt"]
        ]
        made = {
            "name": body["name"],
            "type": body["type"],
            "version": len(versions) + 1,
            "prompt": texts,
            "config": body.get("config") or {},
            "labels": [*body.get("labels", []), "latest"],
            "tags": body.get("tags") or [],
            "commitMessage": body.get("commitMessage"),
        }
        for one in versions:
            one["labels"] = [label for label in one["labels"] if label not in made["labels"]]
        versions.append(made)
        return made

    def relabel(self, name: str, version: int, labels: list[str]) -> dict[str, Any]:
        for one in self.prompts[name]:
            one["labels"] = [label for label in one["labels"] if label not in labels]
        made = self.prompts[name][version - 1]
        made["labels"] += labels
        return made

    def get(self, name: str, query: dict[str, list[str]]) -> dict[str, Any] | None:
        versions = self.prompts.get(name, [])
        if "version" in query:
            number = int(query["version"][0])
            return versions[number - 1] if 0 < number <= len(versions) else None
        label = query.get("label", ["production"])[0]
        return next((one for one in versions if label in one["labels"]), None)

    def listed(self, query: dict[str, list[str]]) -> dict[str, Any]:
        names = [name for name in self.prompts if name == query["name"][0]]
        data = [
            {
                "name": name,
                "type": "chat",
                "versions": [one["version"] for one in self.prompts[name]],
                "labels": [label for one in self.prompts[name] for label in one["labels"]],
                "tags": [],
                "lastUpdatedAt": "2026-11-01T00:00:00Z",
                "lastConfig": self.prompts[name][-1]["config"],
            }
            for name in names
        ]
        return {"data": data, "meta": {"page": 1, "limit": 50, "totalItems": len(data), "totalPages": 1}}


@contextmanager
def langfuse(held: Held) -> Iterator[str]:
    """Yield the address of a stub of what is held."""
    wanted = base64.b64encode(":".join(KEYS.values()).encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def answer(self, status: int, body: Any) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def handle_one(self) -> None:
            held.requests.append((self.command, self.path))
            if self.headers.get("Authorization") != f"Basic {wanted}":
                return self.answer(401, {"message": "Invalid credentials.", "error": "UnauthorizedError"})
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            rest = [unquote(one) for one in parts.path.removeprefix(BASE).split("/") if one]
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            if self.command == "POST":
                return self.answer(200, held.create(body))
            if self.command == "PATCH":
                return self.answer(200, held.relabel(rest[0], int(rest[2]), body["newLabels"]))
            if not rest:
                return self.answer(200, held.listed(query))
            found = held.get(rest[0], query)
            if found is None:
                return self.answer(404, {"message": "Prompt not found", "error": "LangfuseNotFoundError"})
            return self.answer(200, found)

        do_GET = do_POST = do_PATCH = handle_one

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
