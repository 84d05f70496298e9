"""Answering at an address: a free port, or a refusal in words."""

from __future__ import annotations

import socket

import pytest

from composer.runtime.serving import listening
from library.errors import Refused


def test_port_0_takes_a_free_one_on_this_machine() -> None:
    with listening("127.0.0.1", 0) as at:
        host, port = at.getsockname()
        assert host == "127.0.0.1"
        with socket.create_connection((host, port), timeout=30):
            pass


@pytest.mark.parametrize("address", ["192.0.2.1", "no such name.invalid"])
def test_an_address_that_is_not_of_this_machine_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="nothing can answer at"):
        listening(address, 0)


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="nothing can answer at"):
        listening("127.0.0.1", 99_999)
