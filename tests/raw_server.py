"""A server on the loopback address that sends any bytes at any pace, for tests of what a reply may do to us."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Send = Callable[[bytes], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def read_request(connection: socket.socket) -> bytes:
    """Read a request whole: what is left unread when a connection is closed resets it, with the answer lost."""
    reads, length, head = connection.makefile("rb"), 0, b""
    while (line := reads.readline()).strip() != b"":
        head += line
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head + line + reads.read(length)


class RawServer:
    """Reads each request whole, then has `reply` send what it likes; `requests` counts them.

    `reply` is ended by the client's going away, or at the latest with the server.
    """

    def __init__(self, reply: Callable[[Send], None]) -> None:
        self.requests = 0
        self._reply = reply
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.api_base = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            read_request(connection)
            self.requests += 1

            def send(some: bytes) -> None:
                if self._over.is_set():
                    raise ConnectionError
                connection.sendall(some)

            with suppress(OSError):  # the client has gone
                self._reply(send)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


def endless(piece: bytes, *, first: bytes = b"", pause: float = 0.0) -> Callable[[Send], None]:
    """Send a piece again and again, with a pause after each or as fast as it is taken."""

    def reply(send: Send) -> None:
        send(first)
        while True:
            send(piece)
            time.sleep(pause)

    return reply


def whole(body: bytes, *headers: bytes) -> Callable[[Send], None]:
    """Send one body with its length, and further headers."""

    def reply(send: Send) -> None:
        lines = b"".join(header + b"\r\n" for header in headers)
        send(HEAD + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return reply


def bomb(size: int, *, times: int = 1) -> bytes:
    """So many zero bytes, packed with gzip so many times."""
    found = b"0" * size
    for _ in range(times):
        found = gzip.compress(found, 9)
    return found
