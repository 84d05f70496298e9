"""Answering at an address until somebody ends it."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from composer.runtime.limits import Limits, limited
from library.errors import Refused

SECONDS_TO_END = 5
MOST_AT_ONCE = 200
"""Connections that are answered at the same time; more get 503."""


def listening(address: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; port 0 takes a free one. Raises `Refused` where it can't."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address.strip("[]"), port), family=family, backlog=MOST_AT_ONCE)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise Refused(
            f"nothing can answer at {address}, port {port}: {why}", fix="Choose another port with --port."
        ) from error


class _Server(uvicorn.Server):
    """Says when it answers: from then on it is ended by a signal."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()


def server_of(
    app: ASGIApp, started: Callable[[], None] = lambda: None, *, limits: Limits = Limits()
) -> uvicorn.Server:
    """Return a server of an app that says nothing of each request, and ends within seconds once told to.

    `started` is called once it answers; `limits` is what one client can take of it.
    """
    return _Server(
        uvicorn.Config(
            app,
            http=limited(limits),
            timeout_keep_alive=limits.idle_seconds,
            h11_max_incomplete_event_size=limits.header_bytes,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=SECONDS_TO_END,
        ),
        started,
    )


def serve(app: ASGIApp, at: socket.socket, started: Callable[[], None] = lambda: None) -> None:
    """Answer at a socket until Ctrl-C, or a signal that ends the process; `started` is called once it answers."""
    try:
        server_of(app, started).run(sockets=[at])
    except KeyboardInterrupt:  # what Uvicorn raises again once it has ended
        return
    finally:
        at.close()
