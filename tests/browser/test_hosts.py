"""The app answers only to the hosts it was given: raw requests to the real server, as a page elsewhere makes them.

`composer app` serves it, on an empty home. The endpoint of `composer serve` has its own in
`tests/composer/runtime/test_endpoint.py`.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

ELSEWHERE = "elsewhere.example.org"


def status(app: str, request: str, *headers: str, host: str = "") -> int:
    """Return the status that a request is answered with; `host` is the Host header, the app's own without one."""
    own = urlsplit(app).netloc
    lines = [f"{request} HTTP/1.1", f"Host: {host or own}", "Connection: close", *headers, "", ""]
    with socket.create_connection((urlsplit(app).hostname, urlsplit(app).port), timeout=20) as asked:
        asked.sendall("\r\n".join(lines).encode())
        return int(asked.makefile("rb").readline().split()[1])


def upgraded(app: str, *, host: str = "", origin: str = "") -> int:
    """Ask for the connection over which pages are sent, as a browser does; 101 where it is opened."""
    own = urlsplit(app)
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host or own.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: streamlit",
        *([f"Origin: {origin}"] if origin else []),
        "",
        "",
    ]
    with socket.create_connection((own.hostname, own.port), timeout=20) as asked:
        asked.sendall("\r\n".join(lines).encode())
        return int(asked.makefile("rb").readline().split()[1])


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /",
        "GET /library?part=import",
        "GET /static/index.js",
        "GET /_stcore/health",
        "GET /_stcore/host-config",
        "GET /media/none.png",
        "PUT /_stcore/upload_file/a/b",
        "POST /_stcore/upload_file/a/b",
        "OPTIONS /_stcore/upload_file/a/b",
        "GET /oauth2callback",
    ],
)
def test_a_foreign_host_is_refused_whatever_it_asks_for(empty_app: str, request_line: str) -> None:
    for host in (ELSEWHERE, f"{ELSEWHERE}:{urlsplit(empty_app).port}", "127.0.0.1.example.org", "localhost.", ""):
        answered = status(empty_app, request_line, host=host or " ")
        own = host == "localhost."  # the very same name, with its root
        assert (answered == 421) is not own, (request_line, host, answered)


def test_a_request_that_names_no_host_or_two_is_refused(empty_app: str) -> None:
    own = urlsplit(empty_app)
    assert status(empty_app, "GET /", f"Host: {ELSEWHERE}") in (400, 421)
    with socket.create_connection((own.hostname, own.port), timeout=20) as asked:
        asked.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert int(asked.makefile("rb").readline().split()[1]) in (400, 421)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_are_answered_with_any_port(empty_app: str, name: str) -> None:
    assert status(empty_app, "GET /_stcore/health", host=f"{name}:{urlsplit(empty_app).port}") == 200
    assert status(empty_app, "GET /", host=f"{name}:9") == 200


def test_a_websocket_of_a_foreign_host_is_refused(empty_app: str) -> None:
    port = urlsplit(empty_app).port
    assert upgraded(empty_app, host=f"{ELSEWHERE}:{port}", origin=f"http://{ELSEWHERE}:{port}") == 403
    assert upgraded(empty_app, host=f"{ELSEWHERE}:{port}") == 403


@pytest.mark.parametrize(
    "origin", [f"http://{ELSEWHERE}", "null", "http://127.0.0.1:1", "http://localhost:3000", "file://", "http://["]
)
def test_a_cross_site_websocket_is_refused_also_of_another_port_here(empty_app: str, origin: str) -> None:
    assert upgraded(empty_app, origin=origin) == 403


def test_the_app_s_own_page_opens_its_websocket(empty_app: str) -> None:
    assert upgraded(empty_app, origin=empty_app) == 101
    port = urlsplit(empty_app).port
    assert upgraded(empty_app, host=f"localhost:{port}", origin=f"http://localhost:{port}") == 101
    assert upgraded(empty_app) == 101  # what no browser asks has no origin


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_foreign_page_uploads_and_deletes_nothing(empty_app: str, method: str) -> None:
    foreign = f"Origin: http://{ELSEWHERE}"
    assert status(empty_app, f"{method} /_stcore/upload_file/a/b", foreign) == 403
    assert status(empty_app, f"{method} /_stcore/upload_file/a/b", f"Origin: {empty_app}") != 421
