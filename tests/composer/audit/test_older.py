"""Which rows that no entry names can be older than content hashes."""

from __future__ import annotations

from typing import Any

import pytest

from composer.audit.older import lost, strangers
from library.log import LogEntry
from tests import small


def entry(action: str, subject: str, **detail: Any) -> LogEntry:
    return LogEntry(1, small.NOW, "Ada", action, subject, "", detail, "")


OLDER = [
    entry("task added", "task:small"),
    entry("run entered", "run:1"),
    entry("candidate submitted", "candidate:1"),
    entry("approve", "candidate:1"),
    entry("comment", "candidate:1", evidence="of a time when a comment was a verdict"),
    entry("comment", "candidate:1"),
    entry("regression: acceptable", "candidate:1", examples=["a", "b"]),
    entry("released", "release:1"),
    entry("rolled back", "release:2"),
]


@pytest.mark.parametrize(
    ("kind", "keys", "found"),
    [
        ("release", ["1", "2", "3"], ["3"]),
        ("base", ["1"], ["1"]),
        ("rating", ["1", "2"], ["1", "2"]),
        ("candidate", ["1"], []),
        ("candidate", ["7"], ["7"]),
        ("run", ["1", "2"], ["2"]),
        ("verdict", ["1", "2"], []),
        ("verdict", ["1", "2", "3"], ["1", "2", "3"]),
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


ALL = {("run", "1"), ("candidate", "1"), ("release", "1"), ("release", "2")}
COUNTS = {"verdict": 2, "disposition": 2, "task": 1}


def test_nothing_is_lost_where_all_that_older_entries_made_is_there() -> None:
    assert lost(ALL, COUNTS, OLDER) == []
    assert lost({*ALL, ("release", "3")}, {**COUNTS, "cell": 99}, OLDER) == []


def test_what_older_entries_made_and_is_gone_is_named() -> None:
    assert lost(ALL - {("release", "2")}, COUNTS, OLDER) == ["release 2, made by entry 1 of the log, is gone"]
    assert lost(ALL, {**COUNTS, "verdict": 1}, OLDER) == [
        "1 of 2 rows of verdict that older entries of the log made are gone"
    ]
