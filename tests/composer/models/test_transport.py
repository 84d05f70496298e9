"""Bytes to a server and back: whatever it sends, and at whatever pace, there is an end to it."""

from __future__ import annotations

import base64
import gzip
import ipaddress
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from composer.models.transport import PIECE, Bytes, Reply, TooLate, Transport, Unreachable, Unreadable
from library.errors import Refused
from library.secrets import MASK, masked
from tests.raw_server import HEAD, RawServer, Send, bomb, endless, whole
from tests.servers import ChatServer
from tests.servers import Reply as Scripted

MOST = 2**20


def asked(server: RawServer | ChatServer, *, seconds: float = 20.0, body: bytes = b"{}") -> Reply:
    transport = Transport(server.api_base, seconds=seconds, most=MOST)
    try:
        return transport.stream(Bytes("POST", f"{server.api_base}/chat/completions", [("X-Key", "k")], body))
    finally:
        transport.close()


def test_a_reply_comes_back_whole_with_its_status_and_headers() -> None:
    with ChatServer() as server:
        server.enqueue(Scripted(429, {"a": 1}, headers=(("Retry-After", "3"),)))
        reply = asked(server)
        assert (reply.status, reply.read()) == (429, b'{"a": 1}')
        assert ("Retry-After", "3") in reply.headers
        assert server.headers[0]["x-key"] == "k"
        assert server.headers[0]["accept-encoding"] == "identity"


def test_connections_are_kept_for_the_next_question_by_all_threads() -> None:
    with ChatServer() as server:
        transport = Transport(server.api_base, seconds=20, most=MOST)
        request = Bytes("POST", f"{server.api_base}/chat/completions", [], b"{}")
        threads = [threading.Thread(target=transport.stream, args=(request,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.requests) == 8
        transport.close()
        assert transport.stream(request).status == 200
        transport.close()


@pytest.mark.parametrize(
    "reply",
    [
        endless(b" ", first=HEAD + b"Content-Length: 1000\r\n\r\n", pause=0.02),
        endless(b" ", first=HEAD + b"\r\n", pause=0.02),
        endless(b"1\r\n \r\n", first=HEAD + b"Transfer-Encoding: chunked\r\n\r\n", pause=0.02),
        endless(b"X-More: x\r\n", first=HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", pause=0.02),
        endless(b"X-More: x\r\n", first=HEAD, pause=0.02),
        endless(b"H", pause=0.02),
        endless(b"HTTP/1.1 102 Processing\r\n\r\n", pause=0.02),
    ],
    ids=["a byte at a time", "to its end", "chunks", "trailers", "headers", "first line", "processing"],
)
def test_a_reply_that_trickles_ends_when_its_time_is_over(reply: Callable[[Send], None]) -> None:
    with RawServer(reply) as server:
        begun = time.monotonic()
        with pytest.raises(TooLate, match=r"wasn't whole after 0\.4 s") as late:
            asked(server, seconds=0.4)
        assert time.monotonic() - begun >= 0.4
        assert (late.value.begun, server.requests) == (True, 1)


def test_a_silent_server_is_told_from_one_that_had_begun() -> None:
    over = threading.Event()
    with RawServer(lambda _send: over.wait(20) and None) as server:
        with pytest.raises(TooLate, match=r"no reply came within 0\.2 s") as late:
            asked(server, seconds=0.2)
        assert not late.value.begun
        over.set()


def test_a_server_that_reads_a_long_question_too_slowly_is_not_waited_for() -> None:
    taken = threading.Event()

    class Slow(RawServer):
        def _answer(self, connection: object) -> None:
            taken.wait(20)

    with Slow(whole(b"{}")) as server:
        with pytest.raises(TooLate):
            asked(server, seconds=0.3, body=b"x" * (PIECE * 1000))
        taken.set()


@pytest.mark.parametrize(
    "reply",
    [
        endless(b" " * 65536, first=HEAD + b"\r\n"),
        endless(b" " * 65536, first=HEAD + b"Content-Length: 9000000000\r\n\r\n"),
        endless(b"10000\r\n" + b" " * 65536 + b"\r\n", first=HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
        whole(b" " * (MOST + 1)),
        whole(bomb(300 * 2**20), b"Content-Encoding: gzip"),
        whole(zlib.compress(b" " * (64 * 2**20)), b"Content-Encoding: deflate"),
    ],
    ids=["without end", "of gigabytes", "chunks", "a byte more", "gzip bomb", "deflate bomb"],
)
def test_a_reply_that_is_too_long_is_not_read_to_its_end(reply: Callable[[Send], None]) -> None:
    with RawServer(reply) as server:
        tracemalloc.start()
        try:
            with pytest.raises(Unreadable, match="longer than 1 MiB"):
                asked(server)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 8 * MOST


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (endless(b"X-More: " + b"x" * 1000 + b"\r\n", first=HEAD), "not HTTP that can be read"),
        (endless(b"x" * 65536), "not HTTP that can be read"),
        (endless(b"\r\n" * 100), "not HTTP that can be read"),
        (whole(b"", b"X\x00: y"), "not HTTP that can be read"),
        (whole(b"{}", b"Content-Length: 7"), "not HTTP that can be read"),
        (whole(bomb(2**20, times=3), b"Content-Encoding: gzip, gzip, gzip"), "packed in a way .*gzip, gzip"),
        (whole(b"x", b"Content-Encoding: br"), r"packed in a way that isn't read here \(br\)"),
        (whole(b"{}", b"Content-Encoding: gzip"), "can't be unpacked"),
        (whole(gzip.compress(b"{}" * 100)[:-9], b"Content-Encoding: gzip"), "its end is missing"),
    ],
)
def test_what_is_no_reply_is_told_so(reply: Callable[[Send], None], said: str) -> None:
    with RawServer(reply) as server, pytest.raises(Unreadable, match=said):
        asked(server)


@pytest.mark.parametrize("way", ["gzip", "x-gzip", "deflate"])
def test_a_reply_that_a_gateway_packed_unasked_is_unpacked(way: str) -> None:
    packed = zlib.compress(b'{"a": 1}') if way == "deflate" else gzip.compress(b'{"a": 1}')
    with RawServer(whole(packed, b"Content-Encoding: identity, %s" % way.encode())) as server:
        assert asked(server).body == b'{"a": 1}'


def test_a_connection_that_is_cut_has_no_reply() -> None:
    for some in (b"", HEAD, HEAD + b"Content-Length: 7\r\n\r\n{"):
        with RawServer(lambda send, some=some: send(some)) as server, pytest.raises(Unreachable):
            asked(server)
    with pytest.raises(Unreachable):
        asked(server)  # which is gone


def test_a_redirect_is_a_reply_that_is_not_followed() -> None:
    with ChatServer() as server:
        server.enqueue(Scripted(302, {}, headers=(("Location", f"{server.api_base}/other"),)))
        assert asked(server).status == 302
        assert len(server.requests) == 1


def test_a_proxy_of_the_environment_is_asked_but_for_a_server_of_this_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heads: list[bytes] = []

    class Proxy(RawServer):
        def _answer(self, connection: object) -> None:
            heads.append(connection.recv(65536))  # type: ignore[attr-defined]
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")  # type: ignore[attr-defined]
            connection.close()  # type: ignore[attr-defined]

    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Proxy(whole(b"")) as proxy, ChatServer() as server:
        there = proxy.api_base.removeprefix("http://").removesuffix("/v1")
        monkeypatch.setenv("http_proxy", f"http://me:pass%20word@{there}")
        far = Transport("http://far.example/v1", seconds=20, most=MOST)
        assert far.stream(Bytes("GET", "http://far.example/v1/x", [])).body == b"{}"
        assert heads[0].startswith(b"GET http://far.example/v1/x HTTP/1.1\r\n")
        assert b"Basic " + base64.b64encode(b"me:pass word") in heads[0]
        assert masked("the proxy refuses me:pass word") == f"the proxy refuses me:{MASK}"
        own = Transport(server.api_base, seconds=20, most=MOST, own=True)
        assert own.stream(Bytes("POST", f"{server.api_base}/x", [], b"{}")).status == 200
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert asked(server).status == 200
        monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
        with pytest.raises(Refused, match="none for HTTP"):
            Transport("http://far.example/v1", seconds=20, most=MOST)
        assert len(heads) == 1
        far.close()
        own.close()


class Secure(RawServer):
    """The same over TLS, with a certificate of its own making; silent before the handshake with `mute`."""

    def __init__(self, reply: Callable[[Send], None], folder: Path, *, mute: bool = False) -> None:
        super().__init__(reply)
        self.api_base = self.api_base.replace("http:", "https:")
        self.certificate = folder / "certificate.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.certificate.write_bytes(made.public_bytes(Encoding.PEM) + private)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate)
        self._mute = threading.Event() if mute else None

    def _answer(self, connection: socket.socket) -> None:
        if self._mute:
            self._mute.wait(20)
            return
        with suppress(OSError), self._context.wrap_socket(connection, server_side=True) as secure:
            super()._answer(secure)

    def __exit__(self, *given: Any) -> None:
        if self._mute:
            self._mute.set()
        super().__exit__(*given)


def test_a_server_is_asked_over_tls_where_its_certificate_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Secure(whole(b'{"a": 1}'), tmp_path) as server:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with pytest.raises(Unreachable, match="certificate verify failed"):
            asked(server)
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        assert asked(server).body == b'{"a": 1}'


def test_time_is_up_within_tls_and_before_its_handshake_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trickle = endless(b" ", first=HEAD + b"Content-Length: 1000\r\n\r\n", pause=0.02)
    with Secure(trickle, tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        with pytest.raises(TooLate, match="wasn't whole"):
            asked(server, seconds=0.6)
    with Secure(trickle, tmp_path, mute=True) as server, pytest.raises(TooLate, match="no reply came"):
        asked(server, seconds=0.4)
