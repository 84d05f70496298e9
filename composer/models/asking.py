"""Questions to a server beside its chat API: JSON there and back, and nothing where it has no answer to them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from composer.models.reply import NoAnswer, content_of
from composer.models.transport import Bytes, TooLate, Transport, Unreachable, Unreadable

MOST_BYTES = 16 * 2**20
"""A longer reply isn't read: the tokens of the longest prompt are fewer."""
SECONDS = 10.0
"""How long such a question may take in all: a server that computes an answer for others may be busy."""
_VERSION = re.compile(r"/v\d+$")


class Asking:
    """Asks the server that a chat API belongs to, at its root; any thread may.

    `address` is the API's, up to and with its version; `key` goes out as the bearer's token. With `own` it is the
    server of this process, to which no proxy leads.
    """

    def __init__(self, address: str, key: str, *, own: bool = False) -> None:
        self._root = _VERSION.sub("", address.rstrip("/"))
        self._headers = [("Authorization", f"Bearer {key}"), ("Content-Type", "application/json")]
        self._own = own

    def get(self, path: str) -> Mapping[str, Any]:
        """Return the object that a path shows; empty where it shows none."""
        status, body = self._reply("GET", path, None)
        return body if status == 200 else {}

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """Return the HTTP status of a reply and its object; 0 and an empty one where there is none."""
        return self._reply("POST", path, body)

    def _reply(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, Mapping[str, Any]]:
        sent = b"" if body is None else json.dumps(body).encode()
        request = Bytes(method, f"{self._root}{path}", self._headers, sent)
        try:
            with closing(Transport(self._root, seconds=SECONDS, most=MOST_BYTES, own=self._own)) as transport:
                reply = transport.stream(request)
            content = content_of(reply.body)
        except (Unreachable, TooLate, Unreadable, NoAnswer):
            return 0, {}
        return reply.status, content if isinstance(content, dict) else {}
