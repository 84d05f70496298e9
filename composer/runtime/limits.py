"""What one client can take of a server: time, bytes and connections, in what Uvicorn has no option for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True)
class Limits:
    """How long a client may take for a request's line and headers, and for all from then until it is answered.

    Between two requests it may be idle for `idle_seconds`; then its connection is closed, and it has
    `rest_seconds` to read what was sent. `header_bytes` is how long line and headers may be, `connections` how
    many there may be at once, of all clients together: more are closed as they come.
    """

    header_seconds: float = 10.0
    exchange_seconds: float = 60.0
    idle_seconds: int = 5
    rest_seconds: float = 60.0
    header_bytes: int = 16_384
    connections: int = 400


class LimitedProtocol(H11Protocol):
    """One connection, which is closed where its client takes too long; `limits` is the server's."""

    limits: ClassVar[Limits] = Limits()
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            transport.abort()
        else:
            self._give(self.limits.header_seconds)

    def data_received(self, data: bytes) -> None:
        """Read what came, which may begin a request, go on with one, or end its headers."""
        asked = self.cycle
        super().data_received(data)
        if self.cycle is not asked:
            self._give(self.limits.exchange_seconds)
        elif self._deadline is None:  # the first bytes of a next request
            self._give(self.limits.header_seconds)

    def on_response_complete(self) -> None:
        """End the request; a next one may have come already. Where none has, Uvicorn closes what stays idle."""
        asked = self.cycle
        self._give(None)
        super().on_response_complete()
        if self.cycle is not asked:
            self._give(self.limits.exchange_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._give(None)
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, also where its client doesn't read what was sent."""
        super().timeout_keep_alive_handler()
        self._end()

    def _give(self, seconds: float | None) -> None:
        """Set when the connection is closed, in place of what was set before."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_LATE)
        self.transport.close()
        self._end()

    def _end(self) -> None:
        self._deadline = self.loop.call_later(self.limits.rest_seconds, self.transport.abort)


def limited(limits: Limits) -> type[LimitedProtocol]:
    """Return the protocol of a server with these limits."""
    return type("Limited", (LimitedProtocol,), {"limits": limits})
