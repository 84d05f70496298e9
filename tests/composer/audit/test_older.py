"""Which rows that no entry names can be older than content hashes."""

from __future__ import annotations

from typing import Any

import pytest

from composer.audit.older import strangers
from library.log import LogEntry
from tests import small


def entry(action: str, subject: str, **detail: Any) -> LogEntry:
    return LogEntry(1, small.NOW, "Ada", action, subject, "", detail, "")


OLDER = [
    entry("task added", "task:small"),
    entry("run entered", "run:1"),
    entry("candidate submitted", "candidate:1"),
    entry("approve", "candidate:1"),
    entry("regression: acceptable", "candidate:1", examples=["a", "b"]),
    entry("released", "release:1"),
    entry("rolled back", "release:2"),
]


@pytest.mark.parametrize(
    ("kind", "keys", "found"),
    [
        ("release", ["1", "2", "3"], ["3"]),
        ("candidate", ["1"], []),
        ("candidate", ["7"], ["7"]),
        ("run", ["1", "2"], ["2"]),
        ("verdict", ["1"], []),
        ("verdict", ["1", "2"], ["1", "2"]),
        ("disposition", ["1", "2"], []),
        ("disposition", ["1", "2", "3"], ["1", "2", "3"]),
        ("task", ["1"], []),
        ("correction", ["1"], ["1"]),
        ("cell", ["x", "y"], []),
        ("example", ["1"], []),
    ],
)
def test_a_row_that_no_entry_of_then_can_have_made_is_a_stranger(
    kind: str, keys: list[str], found: list[str]
) -> None:
    assert strangers(kind, keys, OLDER) == found
