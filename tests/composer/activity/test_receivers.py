"""Webhooks reach public addresses, and others only where they are allowed by name; shown on loopback servers."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from composer.activity.delivery import post
from composer.activity.receivers import ALLOWED_VARIABLE, addresses_of, allowed_hosts, check_host, not_public
from composer.models.transport import Bytes, Transport
from library.errors import Refused
from tests.raw_server import read_request

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::a00:1", "64:ff9b::7f00:1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@contextmanager
def answering(*parts: bytes, pause: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """Answer one connection after the other with these bytes; yields the port, and what was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            while True:
                try:
                    came, _ = server.accept()
                except OSError:
                    return
                with came:
                    asked.append(read_request(came))
                    try:
                        for part in parts:
                            came.sendall(part)
                            time.sleep(pause)
                    except OSError:
                        continue  # who asked has enough

        threading.Thread(target=run, daemon=True).start()
        yield server.getsockname()[1], asked
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def _allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOWED_VARIABLE, "hooks.lan, 127.0.0.1 ,[::1],Localhost.")


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_not_everybody_can_reach_are_refused(address: str) -> None:
    assert not_public(ipaddress.ip_address(address))
    with pytest.raises(Refused, match="is not notified unless it is allowed by name"):
        addresses_of("hooks.example.org", 443, (), lambda _host, _port: ["93.184.216.34", address])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not(address: str) -> None:
    assert addresses_of("hooks.example.org", 443, (), lambda _host, _port: [address, address]) == (address,)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/x",
        "http://a.localhost:80/x",
        "http://127.0.0.1:9/",
        "http://[::1]/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_an_address_of_this_machine_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(Refused, match=f"{ALLOWED_VARIABLE}="):
        post(b"{}", {}, url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0"])
def test_other_spellings_of_a_loopback_address_are_seen_once_they_are_resolved(host: str) -> None:
    check_host(f"http://{host}/", ())
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (port, asked):
        with pytest.raises(Refused, match=r"this machine itself|no answer"):
            post(b"{}", {}, f"http://{host}:{port}/")
        assert asked == []


@pytest.mark.usefixtures("_allowed")
def test_a_host_is_allowed_by_name_alone() -> None:
    allowed = allowed_hosts()
    assert allowed == {"hooks.lan", "127.0.0.1", "::1", "localhost"}
    assert addresses_of("Hooks.LAN", 80, allowed, lambda _host, _port: ["10.0.0.1"]) == ("10.0.0.1",)
    with pytest.raises(Refused, match=r"evil.example.org is at 127.0.0.1, this machine itself"):
        addresses_of("evil.example.org", 80, allowed, lambda _host, _port: ["127.0.0.1"])


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name that turns to another address after it was looked at gains nothing: it is resolved once."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    with answering(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, asked):
        carrier = Transport(
            f"http://hooks.example.org:{port}/x",
            seconds=10,
            most=100,
            addresses=lambda host, at: addresses_of(host, at, {"hooks.example.org"}, lambda *_: answers.pop(0)),
        )
        assert carrier.stream(Bytes("POST", f"http://hooks.example.org:{port}/x", [], b"{}")).status == 204
        carrier.close()
    assert f"Host: hooks.example.org:{port}".encode() in asked[0]
    assert answers == [["169.254.169.254"]]


@pytest.mark.usefixtures("_allowed")
def test_a_redirect_is_not_followed_wherever_it_leads() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (inside, reached):
        moved = f"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:{inside}/\r\nContent-Length: 0\r\n\r\n"
        with answering(moved.encode()) as (port, _):
            assert post(b"{}", {}, f"http://127.0.0.1:{port}/") == 307
        assert reached == []


@pytest.mark.usefixtures("_allowed")
def test_an_answer_is_bounded_in_size_and_in_time_as_a_whole() -> None:
    long = answering(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 200_000)
    slow = answering(*(b"HTTP/1.1 200 OK\r\n" if n == 0 else b"X: y\r\n" for n in range(40)), pause=0.05)
    with long as (port, _), pytest.raises(Refused, match="no answer: it is longer"):
        post(b"{}", {}, f"http://127.0.0.1:{port}/")
    with slow as (port, _), pytest.raises(Refused, match="no answer: its reply wasn't whole after"):
        post(b"{}", {}, f"http://127.0.0.1:{port}/", seconds=0.3)


def test_a_name_without_an_address_is_no_answer() -> None:
    with pytest.raises(Refused, match=r"no answer: nothing.invalid has no address"):
        post(b"{}", {}, "http://nothing.invalid/")
