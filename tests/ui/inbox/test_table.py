"""Candidates as rows of the Inbox, as a file, and under a filter."""

from __future__ import annotations

import csv as csvfile
import io
from datetime import UTC, datetime

from composer.home.paths import Home
from composer.review.inbox import inbox
from composer.tables import CandidateRow
from library.database import Database
from library.roles import ROLES, Person
from ui.inbox.table import csv, fits, table

NOW = datetime(2026, 1, 2, tzinfo=UTC)


ADA = Person("Ada (local)", "", frozenset(ROLES), local=True)


def test_texts_of_people_stay_text(furnished: Home, rows: Database) -> None:
    with rows.session() as session:
        row = session.get_one(CandidateRow, 1)
        row.proposed_by = "<b>Ada</b>"
        session.add(row)
    with rows.session() as session:
        shown = table(inbox(session), ADA, NOW)
    assert "&lt;b&gt;Ada&lt;/b&gt;" in shown
    assert "<b>Ada</b>" not in shown


def test_a_filter_looks_at_snippets_people_and_states(furnished: Home, rows: Database) -> None:
    with rows.session() as session:
        entries = inbox(session)
    found = {wanted: [entry.candidate_id for entry in entries if fits(entry, wanted)] for wanted in FILTERS}
    assert found == FILTERS


FILTERS = {"IRONY": [2], "people-anchors needs": [1], "ada released": [2], "nobody": [], "": [2, 1]}


def test_the_file_holds_every_figure_of_the_rows_shown(furnished: Home, rows: Database) -> None:
    with rows.session() as session:
        row = session.get_one(CandidateRow, 1)
        row.proposed_by = "=cmd"
        session.add(row)
        session.get_one(CandidateRow, 2).versions = [999]
    with rows.session() as session:
        entries = inbox(session)
    broken, whole = csvfile.DictReader(io.StringIO(csv(entries, ADA).decode()))
    assert entries[1].status is not None
    metric = entries[1].status.candidate.figures[0]
    assert (whole["candidate"], whole["state"], whole["proposed by"]) == ("1", "needs review", "'=cmd")
    assert [float(whole[name]) for name in ("before", "after", "low", "high")] == [
        metric.incumbent,
        metric.candidate,
        metric.low,
        metric.high,
    ]
    assert whole["waits for"].startswith("you; ")
    assert (broken["state"], broken["before"]) == ("unreadable", "")
    assert "999" in broken["problem"]
