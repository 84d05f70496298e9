"""Rows older than content hashes are named as they are now, and found when they change from then on."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from composer.audit import adopt_rows, audit
from composer.home.paths import Home
from composer.release.pack import pack_of
from library import log
from library.database import Database, open_database
from library.errors import Refused
from library.people import NotAllowed
from tests import small
from tests.composer.review import acts

OLDER = Path(__file__).parents[2] / "fixtures" / "home_d901fd9" / "home.sql.gz"


@pytest.fixture
def older(home: Home) -> Iterator[Database]:
    """A home whose entries name no rows."""
    home.path.mkdir(parents=True)
    with sqlite3.connect(home.database) as connection:
        connection.executescript(gzip.decompress(OLDER.read_bytes()).decode())
    connection.close()
    database = open_database(home.path)
    yield database
    database.close()


def adopted(database: Database, by: str = "Max") -> int:
    with database.session() as session:
        return adopt_rows(session, by=by, at=small.NOW)


def test_older_rows_are_counted_and_not_covered_until_they_are_adopted(older: Database) -> None:
    with older.session() as session:
        session.execute(text("update comment set text = 'Eve was here.' where id = 1"))
        found = audit(session)
        assert (found.differences, sum(map(len, found.older.values()))) == ((), 355)
        session.rollback()
    assert adopted(older) == 355
    with older.session() as session:
        found = audit(session)
        assert (found.differences, found.older, found.rows) == ((), {}, 355)
        entry = log.entries(session)[-1]
        assert (entry.who, entry.action, entry.detail["batch"]["rows"]) == ("Max", "rows adopted", 355)
        session.execute(text("update comment set text = 'Eve was here.' where id = 1"))
        assert "comment 1 (candidate 1, kind candidate) is not what entry 28" in audit(session).differences[0]
        session.rollback()
    assert adopted(older) == 0


def test_what_is_written_later_is_covered_beside_what_is_older(older: Database) -> None:
    acts.dispose(older, examples=["test-02"], candidate=2)
    acts.approve(older, "Grace", candidate=2)
    with older.session() as session:
        assert audit(session).rows == 2
        session.execute(text("delete from verdict where candidate_id = 2"))
        assert audit(session).differences == ("verdict 2, named by entry 29 of the log, is gone",)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into release select 2, candidate_id, task, target, versions, 'Eve', reason, released_at, base"
        " from release",
        "insert into verdict select 9, candidate_id, kind, reason, 'Kit', evidence_hash, given_at, about, local"
        " from verdict",
        "update example set content = json_set(content, '$.gold', 5) where example_id = 'test-05'",
        "update task set content = json_set(content, '$.message', 'Say 5: {{query}} {{document}}')",
        "update target set content = json_set(content, '$.temperature', 1)",
        "update snippet_version set text = 'Say 5.' where id = 3",
    ],
)
def test_what_older_entries_and_hashes_tell_is_checked_without_content_hashes(
    older: Database, statement: str
) -> None:
    with older.session() as session:
        session.execute(text(statement))
        assert audit(session).differences
        with pytest.raises(Refused):
            pack_of(session, "small", "tiny")
        session.rollback()


@pytest.mark.parametrize("table", ["release", "verdict", "disposition", "dataset", "candidate"])
def test_a_row_that_an_older_entry_made_and_is_gone_is_missed(older: Database, table: str) -> None:
    with older.session() as session:
        session.execute(text("pragma defer_foreign_keys = on"))
        session.execute(text(f"delete from {table} where id = 1"))
        assert any(f"{table}" in one and "gone" in one for one in audit(session).differences)
        session.rollback()


def test_rows_that_differ_already_are_not_adopted(older: Database) -> None:
    with older.session() as session:
        session.execute(text("update snippet_version set text = 'Say 5.' where id = 3"))
    with pytest.raises(Refused, match="differ from the log already"):
        adopted(older)


def test_only_an_admin_adopts(older: Database) -> None:
    with pytest.raises(NotAllowed):
        adopted(older, by="Ada")
