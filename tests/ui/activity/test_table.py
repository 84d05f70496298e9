"""Entries of the log as rows and as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

from composer.activity.wording import Subject
from library.log import LogEntry
from ui.activity import table

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_the_file_holds_every_field_and_runs_nothing() -> None:
    entry = LogEntry(7, NOW, "Ada", "comment", "candidate:1", '=HYPERLINK("x")', {"b": 1, "a": [0.5]}, "f" * 64)
    (row,) = csv.DictReader(io.StringIO(table.csv([entry]).decode()))
    assert row == {
        "id": "7",
        "at": "2026-03-04T05:06:07+00:00",
        "who": "Ada",
        "action": "comment",
        "subject": "candidate:1",
        "why": '\'=HYPERLINK("x")',
        "detail": '{"a":[0.5],"b":1}',
        "hash": "f" * 64,
    }


def test_a_row_tells_when_exactly_and_escapes_all_of_it() -> None:
    entry = LogEntry(7, NOW, "<i>", "<i>", "<i>:<i>", "<i>", {}, "")
    shown = table.row(entry, Subject("<i>", "<i>"), NOW + timedelta(hours=3))
    assert "<i>" not in shown
    assert 'title="2026-03-04 05:06:07 UTC"' in shown
    assert "3 h ago" in shown
