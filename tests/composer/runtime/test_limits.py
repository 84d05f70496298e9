"""What one client can take of a server: who dawdles, goes on for ever or comes in hundreds keeps no other out."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from starlette.types import Receive, Scope, Send

from composer.runtime.limits import Limits
from composer.runtime.serving import listening, server_of

PATIENCE = 60.0
QUICK = Limits(header_seconds=0.3, exchange_seconds=0.6, idle_seconds=1, rest_seconds=0.3, connections=20)
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n"
LONG = 20_000_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers each request with its path; `/long` with more than a connection holds, `/body` once it was read."""
    body = b"x" * LONG if scope["path"] == "/long" else scope["path"].encode()
    while scope["path"] == "/body" and (await receive()).get("more_body"):
        pass
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving(limits: Limits) -> Iterator[Callable[[], socket.socket]]:
    """Serve the app, and give what opens a connection to it."""
    started = threading.Event()
    at = listening("127.0.0.1", 0)
    server = server_of(app, started.set, limits=limits)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    assert started.wait(PATIENCE)
    try:
        yield lambda: socket.create_connection(at.getsockname(), timeout=PATIENCE)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        at.close()
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def connect() -> Iterator[Callable[[], socket.socket]]:
    with serving(QUICK) as found:
        yield found


def read(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(1 << 20):
            received += part
    return received


def answers(connect: Callable[[], socket.socket]) -> bool:
    with connect() as connection:
        connection.sendall(REQUEST + b"Connection: close\r\n\r\n")
        return read(connection).startswith(b"HTTP/1.1 200")


def drip(connection: socket.socket, content: bytes) -> None:
    """Send a byte every now and then, again and again, until the server closes the connection."""
    with suppress(OSError):
        while True:
            for place in range(len(content)):
                connection.sendall(content[place : place + 1])
                time.sleep(0.02)


@pytest.mark.parametrize("begun", [b"", b"G", REQUEST])
def test_headers_that_never_end_close_the_connection(connect: Callable[[], socket.socket], begun: bytes) -> None:
    with connect() as connection:
        connection.sendall(begun)
        assert read(connection).startswith(b"HTTP/1.1 408")
    assert answers(connect)


def test_headers_that_drip_in_close_it_too(connect: Callable[[], socket.socket]) -> None:
    with connect() as connection:
        connection.sendall(REQUEST)
        drip(connection, b"X-A: b\r\n")


def test_so_do_those_of_a_second_request(connect: Callable[[], socket.socket]) -> None:
    with connect() as connection:
        connection.sendall(REQUEST + b"\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        drip(connection, REQUEST[:-2] + b"a")


def test_a_body_that_drips_in_closes_it(connect: Callable[[], socket.socket]) -> None:
    with connect() as connection:
        connection.sendall(b"POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n")
        drip(connection, b"x")


def test_a_body_that_goes_on_after_the_answer_closes_it(connect: Callable[[], socket.socket]) -> None:
    with connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        drip(connection, b"1\r\nx\r\n")


def test_who_does_not_read_the_answer_is_left(connect: Callable[[], socket.socket]) -> None:
    with connect() as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(QUICK.idle_seconds + QUICK.rest_seconds + 1)
        assert len(read(connection)) < LONG
    assert answers(connect)


def test_headers_that_are_too_long_are_refused(connect: Callable[[], socket.socket]) -> None:
    with connect() as connection:
        with suppress(OSError):
            connection.sendall(REQUEST + b"X-A: " + b"x" * 100_000)
        assert read(connection)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 431", b"")
    assert answers(connect)


def test_more_connections_than_there_may_be_are_closed_at_once_and_the_others_stay() -> None:
    patient = Limits(header_seconds=PATIENCE, connections=20)
    with serving(patient) as connect, ExitStack() as stack:
        held = [stack.enter_context(connect()) for _ in range(patient.connections)]
        held[-1].sendall(REQUEST + b"\r\n")
        assert held[-1].recv(1000).startswith(b"HTTP/1.1 200")
        for _ in range(50):
            with connect() as connection:
                assert read(connection) == b""
        held[0].sendall(REQUEST + b"\r\n")
        assert held[0].recv(1000).startswith(b"HTTP/1.1 200")
        held.pop().close()


def test_several_requests_on_one_connection_are_answered(connect: Callable[[], socket.socket]) -> None:
    with connect() as connection:
        connection.sendall((REQUEST + b"\r\n") * 3 + REQUEST + b"Connection: close\r\n\r\n")
        assert read(connection).count(b"HTTP/1.1 200") == 4
