"""Who may read at the endpoint, where tokens are asked for: a bearer token, checked anew for each request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from library.database import Database
from library.errors import Refused
from library.token_secrets import NotAccepted
from library.tokens import Token, accepted, note_use

Gate = Callable[[str], Token]
"""Takes a secret and returns whose it is; raises `NotAccepted`, and `Refused` where it can't tell."""
CHALLENGES: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'Bearer realm="composer"'},
    403: {"WWW-Authenticate": 'Bearer realm="composer", error="insufficient_scope", scope="read"'},
}
LONGEST = 512
_TOKEN = "composer.token"
_HOW = "send it as `Authorization: Bearer …`"


def gate_of(database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Gate:
    """Return the gate whose tokens are those of a database; that one was used is noted there."""

    def gate(secret: str) -> Token:
        at = now()
        with database.session() as session:
            token = accepted(session, secret, at=at)
            note_use(session, token, at=at)
            return token

    return gate


class OnlyTokens:
    """Answers whoever shows a token that may read something, and says to others what they lack."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on with the token that it showed."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
        kind, _, secret = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if kind.lower() != "bearer" or not secret.strip() or len(secret) > LONGEST:
            refused = error(401, f"this endpoint needs a token: {_HOW}", CHALLENGES[401])
            return await refused(scope, receive, send)
        try:
            token = await run_in_threadpool(self.gate, secret.strip())
        except NotAccepted as why:
            refused = error(401, why.what, CHALLENGES[401])
            return await refused(scope, receive, send)
        except Refused:
            return await error(503, "the tokens can't be looked up now")(scope, receive, send)
        if "read" not in token.scopes:
            refused = error(403, f"this token may not read: it is for {token.words}", CHALLENGES[403])
            return await refused(scope, receive, send)
        return await self.app({**scope, _TOKEN: token}, receive, send)


def may_read(scope: MutableMapping[str, Any], task: str) -> bool:
    """Whether a request that came this far may read the prompts of a task: any, where no token is asked for."""
    token: Token | None = scope.get(_TOKEN)
    return token is None or token.may("read", task)


def error(status: int, what: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that says what is wrong, as JSON."""
    body = json.dumps({"error": what}, ensure_ascii=False).encode()
    return Response(body, status, {**(headers or {}), "Cache-Control": "no-store"}, "application/json")
