"""Answering at an address until somebody ends it."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

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


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Return a server of an app that says nothing of each request, and ends within seconds once told to."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=SECONDS_TO_END,
        )
    )


def serve(app: ASGIApp, at: socket.socket) -> None:
    """Answer at a socket until Ctrl-C, or a signal that ends the process."""
    try:
        server_of(app).run(sockets=[at])
    except KeyboardInterrupt:  # what Uvicorn raises again once it has ended
        return
    finally:
        at.close()
