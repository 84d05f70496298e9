"""The names that a server answers to, and who may write to it or open its websocket.

A page elsewhere may point a name of its own at this machine, and then read and do here whatever its visitor may:
its requests name that host. And any page may open a websocket to this machine, or send it something: its requests
name the page's origin. Both are refused before anything else of the server sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from library.errors import Refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

FOREIGN_HOST, FOREIGN_ORIGIN = 421, 403
_READS = ("GET", "HEAD", "OPTIONS")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]+")


def bare(name: str) -> str:
    """Return a host's name in small letters, without blanks, the brackets of an IPv6 address and a last dot."""
    return name.strip().strip("[]").rstrip(".").lower()


def names_of(given: Iterable[str]) -> frozenset[str]:
    """Return the host names that were given, in small letters; raises `Refused` for what is no name of a host."""
    names = frozenset(map(bare, given))
    for one in sorted(names):
        if not _NAME.fullmatch(one):
            raise Refused(
                f"{one!r} is no name of a host", fix="Write it without http:// and port, and one at a time."
            )
    return names


class OnlyHosts:
    """Answers to its own names alone, and is written to by nobody else's pages.

    `answer` makes a response of a status and of what is wrong, in one phrase. `origins` are the hosts of pages
    that may write to it besides those of the very address that is asked: a proxy may ask under another name.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str],
        answer: Callable[[int, str], ASGIApp],
        origins: Collection[str] = (),
    ) -> None:
        self.app = app
        self.hosts, self.origins = frozenset(hosts), frozenset(origins)
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it; what is neither HTTP nor a websocket goes on."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        hosts, origins = _headers(scope, b"host"), _headers(scope, b"origin")
        if len(hosts) != 1 or host_of(hosts[0]) not in self.hosts:
            return await self._refuse(
                FOREIGN_HOST, "it answers to no such name; --host adds one", scope, receive, send
            )
        writes = scope["type"] == "websocket" or scope["method"] not in _READS
        if writes and origins and not (len(origins) == 1 and self._is_own(origins[0], hosts[0])):
            return await self._refuse(FOREIGN_ORIGIN, "a page of another origin asks", scope, receive, send)
        return await self.app(scope, receive, send)

    def _is_own(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
            name = parts.hostname or ""
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and (parts.netloc == host or name in self.origins)

    async def _refuse(self, status: int, what: str, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # closed before it was accepted, which the server answers with 403
            await receive()
            return await send({"type": "websocket.close", "code": 1008, "reason": what})
        return await self.answer(status, what)(scope, receive, send)


def host_of(header: str) -> str:
    """Return the host of a Host header in small letters, without its port and the brackets of an IPv6 address."""
    name, _, _ = header.partition("]" if header.startswith("[") else ":")
    return bare(name)


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]
