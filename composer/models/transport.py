"""Bytes to a server and back, within a time for the whole of it and a size, whatever the server sends.

HTTP clients bound each read of a reply, so that a byte a second keeps them waiting for good, and they unpack a
compressed reply to whatever it comes to. Here every read, write and handshake has the time that is left of the
whole, and a reply is unpacked no further than it may be long. No redirect is followed: a key would go there.
"""

from __future__ import annotations

import time
import weakref
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from ssl import SSLContext
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2

from library.errors import Refused
from library.secrets import know_address

CONNECT_SECONDS = 10.0
"""How long a connection may take to come up."""
MOST_CONNECTIONS = 100
IDLE_SECONDS = 30.0
"""How long an unused connection is kept for the next question."""
PIECE = 16 * 2**10
"""Bytes that are sent in one go: a server that reads slowly is noticed between two of them."""
Addresses = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host that may be connected to, at least one; raises OSError where it has none."""
_UNCHANGED = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})


class Unreachable(Exception):
    """There is no reply: no connection, or one that was cut."""


class TooLate(Exception):
    """There is no whole reply in time; `begun` says whether some of it came."""

    def __init__(self, seconds: float, *, begun: bool) -> None:
        super().__init__(
            f"its reply wasn't whole after {seconds:g} s" if begun else f"no reply came within {seconds:g} s"
        )
        self.begun = begun


class Unreadable(Exception):
    """A reply came that isn't one: no HTTP, more than may be, or packed in a way that isn't known."""


class Request(Protocol):
    """What is sent, as DSPy's dialects have it."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Bytes:
    """What is sent."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What came back, whole; as DSPy's dialects read one."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    http_version: str = "HTTP/1.1"

    def read(self) -> bytes:
        """Return the body."""
        return self.body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: all of it is here."""


@dataclass
class _Clock:
    """The time of one exchange: when it has to be over, and whether the server has sent anything."""

    until: float
    begun: bool = False
    ended: bool = False

    def left(self, most: float | None = None) -> float:
        """Return the seconds that are left, `most` of them where given; raises a timeout where there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return left if most is None else min(left, most)


_CLOCK: ContextVar[_Clock] = ContextVar("clock")


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every step has the time that is left of the exchange."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        clock = _CLOCK.get()
        got = self._stream.read(max_bytes, clock.left(timeout))
        clock.begun, clock.ended = clock.begun or bool(got), not got
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self._stream.write(buffer[start : start + PIECE], _CLOCK.get().left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = _CLOCK.get().left(timeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _TimedBackend(httpcore2.SyncBackend):
    """Opens such connections."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = _CLOCK.get().left(timeout)
        return _TimedStream(super().connect_tcp(host, port, seconds, local_address, socket_options))


class _CheckedBackend(_TimedBackend):
    """Opens them to addresses that were checked, and to no others that a name may have a moment later."""

    def __init__(self, addresses: Addresses) -> None:
        super().__init__()
        self._addresses = addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            found = self._addresses(host, port)
        except OSError as problem:
            raise httpcore2.ConnectError(f"{host} has no address: {problem.strerror or problem}") from problem
        for one in found[:-1]:
            try:
                return super().connect_tcp(one, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return super().connect_tcp(found[-1], port, timeout, local_address, socket_options)


class Transport:
    """Asks the server at an address, over connections that all threads share.

    A reply may take `seconds` from the question to its last byte, and have `most` bytes, unpacked. With `own` it
    is a server of this process, to which no proxy of the environment leads. `addresses` says which addresses of
    its host may be connected to; where a proxy leads there, the proxy resolves the name. Raises `Refused` where
    that proxy is none for HTTP.
    """

    def __init__(
        self,
        address: str,
        *,
        seconds: float,
        most: int,
        own: bool = False,
        addresses: Addresses | None = None,
    ) -> None:
        self.seconds = seconds
        self.most = most
        self._pool = _pool(address, own=own, addresses=addresses)
        weakref.finalize(self, self._pool.close)

    def stream(self, request: Request) -> Reply:
        """Return the reply to a request; raises `Unreachable`, `TooLate` or `Unreadable` where there is none."""
        clock = _Clock(time.monotonic() + self.seconds)
        token = _CLOCK.set(clock)
        try:
            return self._exchanged(request, clock)
        except httpcore2.TimeoutException as late:
            if isinstance(late, httpcore2.ConnectTimeout) and clock.until > time.monotonic():
                raise Unreachable(f"no connection within {CONNECT_SECONDS:g} s") from late
            raise TooLate(self.seconds, begun=clock.begun) from late
        except httpcore2.RemoteProtocolError as odd:
            if clock.ended:
                raise Unreachable(f"the connection was cut: {odd}") from odd
            raise Unreadable(f"it is not HTTP that can be read: {odd}") from odd
        except (httpcore2.NetworkError, httpcore2.ProxyError) as problem:
            raise Unreachable(str(problem) or type(problem).__name__) from problem
        finally:
            _CLOCK.reset(token)

    def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        self._pool.close()

    def _exchanged(self, request: Request, clock: _Clock) -> Reply:
        headers = [("Accept-Encoding", "identity"), ("User-Agent", "instruction-composer"), *request.headers]
        with self._pool.stream(
            request.method, request.url, headers=_latin(headers), content=request.body, extensions=_waits(clock)
        ) as came:
            given = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in came.headers]
            body = self._held(came.iter_stream())
        return Reply(came.status, "", given, _unpacked(body, given, self.most))

    def _held(self, parts: Iterable[bytes]) -> bytes:
        held = bytearray()
        for part in parts:
            held += part
            if len(held) > self.most:
                raise _too_long(self.most)
        return bytes(held)


def _pool(address: str, *, own: bool, addresses: Addresses | None) -> httpcore2.ConnectionPool:
    """Return the connections to an address, through a proxy where the environment names one for it."""
    parts = urlsplit(address)
    given: dict[str, Any] = {
        "max_connections": MOST_CONNECTIONS,
        "keepalive_expiry": IDLE_SECONDS,
        "network_backend": _TimedBackend(),
        # Read once: it takes longer than a connection.
        "ssl_context": httpcore2.default_ssl_context() if parts.scheme == "https" else None,
    }
    named = {} if own else getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        if addresses is not None:
            given["network_backend"] = _CheckedBackend(addresses)
        return httpcore2.ConnectionPool(**given)
    where = urlsplit(know_address(proxy if "://" in proxy else f"http://{proxy}"))
    if where.scheme not in ("http", "https"):
        raise Refused(
            f"the proxy that the environment names for {parts.scheme} addresses is none for HTTP",
            where=f"{parts.scheme}_proxy or all_proxy",
            fix="Name an http proxy, or enter the server's host in no_proxy.",
        )
    auth = (unquote(where.username), unquote(where.password or "")) if where.username else None
    url = f"{where.scheme}://{where.netloc.rpartition('@')[2]}"
    return httpcore2.HTTPProxy(url, proxy_auth=auth, **given)


def _waits(clock: _Clock) -> dict[str, Any]:
    return {"timeout": {"pool": clock.left(), "connect": CONNECT_SECONDS}}


def _latin(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _unpacked(body: bytes, headers: list[tuple[str, str]], most: int) -> bytes:
    """Return a body as it was before it was packed: gateways pack replies though nobody asked for it."""
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding").lower()
    ways = [one for one in map(str.strip, named.split(",")) if one not in _UNCHANGED]
    if not ways or not body:
        return body
    if len(ways) > 1 or ways[0] not in _PACKED:
        raise Unreadable(f"it is packed in a way that isn't read here ({', '.join(ways)[:60]})")
    inflater = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)
    try:
        found = inflater.decompress(body, most + 1)
    except zlib.error as problem:
        raise Unreadable(f"it can't be unpacked: {problem}") from problem
    if len(found) > most:
        raise _too_long(most)
    if not inflater.eof:
        raise Unreadable("it can't be unpacked: its end is missing")
    return found


def _too_long(most: int) -> Unreadable:
    return Unreadable(f"it is longer than {most // 2**20} MiB")
