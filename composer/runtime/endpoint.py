"""Released prompts over HTTP, for services in any language: to be read, filled in and parsed by, never changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from composer.home.hosts import OnlyHosts, names_of
from composer.release.verification import EVIDENCE, MANIFEST, MESSAGES, PROMPT
from composer.runtime.catalogue import Catalogue, Entry
from composer.runtime.gate import CHALLENGES, Gate, OnlyTokens, error, may_read
from composer.runtime.prompt import ReleasedPrompt
from library.canonical import digest
from library.errors import Refused

LARGEST_BODY = 1_000_000
"""Bytes of a request's body that are read; what is larger is refused."""
PROBLEMS_SHOWN = 5
SECONDS_FOR_A_BODY = 10.0
MEDIA: Mapping[str, str] = {
    PROMPT: "text/plain; charset=utf-8",
    MESSAGES: "application/json",
    MANIFEST: "application/json",
    EVIDENCE: "application/json",
}
"""The files of a pack that are served as they are, byte for byte."""


def endpoint(catalogue: Catalogue, hosts: Collection[str], *, gate: Gate | None = None) -> ASGIApp:
    """Return an ASGI app that serves a catalogue to requests for one of these host names, without their ports.

    With a gate it serves whoever shows a token that may read, and only the prompts of that token's tasks. Raises
    `Refused` for what is no name of a host.
    """
    served = _Served(catalogue)
    place = "/prompts/{task}/{target}"
    routes = [
        Route("/prompts", served.listed, methods=["GET"]),
        Route(place, served.prompt, methods=["GET"]),
        Route(f"{place}/messages", served.messages, methods=["POST"]),
        Route(f"{place}/parse", served.parse, methods=["POST"]),
        Route(f"{place}/{{name}}", served.file, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refused, Exception: _failed})
    app.router.redirect_slashes = False
    guarded = app if gate is None else OnlyTokens(app, gate)
    return OnlyHosts(guarded, names_of(hosts), error)


class _Served:
    """What each address answers."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    async def listed(self, request: Request) -> Response:
        entries = await run_in_threadpool(self.catalogue.entries)
        content = {
            "prompts": [
                _listing(task, target, entry)
                for (task, target), entry in entries.items()
                if may_read(request.scope, task)
            ],
            "problem": _text(self.catalogue.problem),
        }
        return _json(request, content, digest(content))

    async def prompt(self, request: Request) -> Response:
        prompt, entry = await self._found(request)
        content = {
            **_about(prompt),
            "system": prompt.system,
            "inputs": list(prompt.inputs),
            "output": prompt.output.model_dump(mode="json", exclude_none=True),
            "prompt": prompt.prompt,
            "messages": json.loads(prompt.files[MESSAGES]),
            "manifest": prompt.manifest,
            "evidence": json.loads(prompt.files[EVIDENCE]) if EVIDENCE in prompt.files else None,
        }
        return _json(request, content, _identity(prompt), entry)

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"]
        prompt, entry = await self._found(request)
        if name not in MEDIA or name not in prompt.files:
            raise HTTPException(404, f"a prompt has {', '.join(one for one in MEDIA if one in prompt.files)}")
        identity = _identity(prompt) if name == EVIDENCE else prompt.fingerprint
        return _response(request, prompt.files[name], MEDIA[name], identity, entry)

    async def messages(self, request: Request) -> Response:
        prompt, entry = await self._found(request)
        inputs = await _field(request, "inputs", dict)
        try:
            filled = prompt.messages(**inputs)
        except Refused as refusal:
            raise HTTPException(422, str(refusal)) from refusal
        return _json(request, {**_about(prompt), "messages": filled}, None, entry)

    async def parse(self, request: Request) -> Response:
        prompt, entry = await self._found(request)
        parsed = prompt.parse(await _field(request, "text", str))
        content = {"valid": parsed.valid, "value": parsed.value, "error": parsed.error, "cause": parsed.cause}
        return _json(request, {**_about(prompt), **content}, None, entry)

    async def _found(self, request: Request) -> tuple[ReleasedPrompt, Entry]:
        task, target = request.path_params["task"], request.path_params["target"]
        if not may_read(request.scope, task):
            raise HTTPException(403, f"this token may not read prompts of {task}", dict(CHALLENGES[403]))
        entry = await run_in_threadpool(self.catalogue.get, task, target)
        if entry is None:
            raise HTTPException(404, "there is no such prompt; /prompts lists those there are")
        if entry.prompt is None:
            raise HTTPException(503, _text(entry.problem))
        return entry.prompt, entry


async def _field(request: Request, name: str, kind: type) -> Any:
    """Return the one field of a request's JSON body; refuses whatever else it is, or how long it takes."""
    try:
        content = json.loads(await asyncio.wait_for(_body(request), SECONDS_FOR_A_BODY))
        json.dumps(content, ensure_ascii=False).encode()
    except TimeoutError as error:
        raise HTTPException(408, "the body did not come in time") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "the body broke off") from error
    except (ValueError, RecursionError) as error:  # half a surrogate pair has no UTF-8 form either
        raise HTTPException(400, "the body is not JSON in UTF-8") from error
    if not isinstance(content, dict) or set(content) != {name} or not isinstance(content[name], kind):
        what = "an object" if kind is dict else "a text"
        raise HTTPException(400, f'the body has to be an object with one field, "{name}", that is {what}')
    return content[name]


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, f"the body has more than {LARGEST_BODY:,} bytes")
    return body


def _identity(prompt: ReleasedPrompt) -> str:
    """Return the pack's fingerprint, with that of its evidence where it is signed: it can be signed again."""
    signed = prompt.files.get(EVIDENCE)
    return prompt.fingerprint if signed is None else f"{prompt.fingerprint}.{sha256(signed).hexdigest()[:16]}"


def _about(prompt: ReleasedPrompt) -> dict[str, Any]:
    return {
        "task": prompt.task,
        "target": prompt.target,
        "release": prompt.release,
        "fingerprint": prompt.fingerprint,
        "signed_by": prompt.signed_by,
    }


def _listing(task: str, target: str, entry: Entry) -> dict[str, Any]:
    known = _about(entry.prompt) if entry.prompt else {"task": task, "target": target}
    problem = {"problem": _text(entry.problem), "problem_since": entry.since and entry.since.isoformat()}
    return {**known, "url": f"/prompts/{task}/{target}", **problem}


def _json(request: Request, content: object, identity: str | None, entry: Entry | None = None) -> Response:
    body = json.dumps(content, ensure_ascii=False).encode()
    return _response(request, body, "application/json", identity, entry)


def _response(
    request: Request, body: bytes, media: str, identity: str | None, entry: Entry | None = None
) -> Response:
    """Return an answer under its ETag, or 304 to who has it; one without an identity is kept by nobody."""
    headers = {"Cache-Control": "no-cache" if identity else "no-store", "X-Content-Type-Options": "nosniff"}
    if identity:
        headers["ETag"] = f'"{identity}"'
    if entry and entry.prompt:
        headers["Composer-Release"] = str(entry.prompt.release)
    if entry and entry.problem:
        # In one line of ASCII, as a header has to be.
        said = " ".join((_text(entry.problem) or "").split())
        headers["Composer-Problem"] = said.encode("ascii", "replace").decode()
    if identity and _has(request, f'"{identity}"'):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media, headers=headers)


def _has(request: Request, tag: str) -> bool:
    """Whether a request says that it has what goes under a tag."""
    given = request.headers.get("if-none-match", "")
    tags = [one.strip().removeprefix("W/") for one in given.split(",")]
    return tag in tags or tags == ["*"]


def _text(refusal: Refused | None) -> str | None:
    """Return what is wrong, without where: paths and addresses of this machine are for its log."""
    if refusal is None:
        return None
    more = len(refusal.problems) - PROBLEMS_SHOWN
    shown = [*refusal.problems[:PROBLEMS_SHOWN], *([f"and {more:,} more"] if more > 0 else [])]
    return refusal.what + (f": {'; '.join(shown)}" if shown else "")


async def _refused(_request: Request, raised: Exception) -> Response:
    assert isinstance(raised, HTTPException)
    return error(raised.status_code, raised.detail, raised.headers)


async def _failed(_request: Request, _error_raised: Exception) -> Response:
    return error(500, "the endpoint failed; its log says why")
