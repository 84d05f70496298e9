"""Names that a server answers to."""

from __future__ import annotations

import pytest

from composer.home.hosts import host_of, names_of
from library.errors import Refused


def test_names_are_compared_in_small_letters_without_brackets_and_root() -> None:
    given = ["App.Example.org.", "[::1]", " localhost ", "fe80::1"]
    assert names_of(given) == {"app.example.org", "::1", "localhost", "fe80::1"}


@pytest.mark.parametrize(
    "given", ["", "*", "*.example.org", "http://example.org", "example.org:80", "a b", "a/b", "-a"]
)
def test_what_is_no_name_of_a_host_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="is no name of a host"):
        names_of([given])


@pytest.mark.parametrize(
    ("header", "host"),
    [("Example.org", "example.org"), ("example.org:8501", "example.org"), ("[::1]:8501", "::1"), ("[::1]", "::1")],
)
def test_the_port_of_a_host_header_does_not_count(header: str, host: str) -> None:
    assert host_of(header) == host
