"""Storing another base: once for each text, logged, as it was checked, and never changed."""

from __future__ import annotations

import pytest
from sqlmodel import select

from composer.candidates.bases import keep_base
from composer.tables import BaseRow
from library import log
from library.canonical import text_digest
from library.database import Database
from library.errors import Refused
from tests import small

TASK = small.task()


def test_a_text_is_stored_once_and_logged(filled: Database) -> None:
    with filled.session() as session:
        kept = [
            keep_base(session, TASK, small.PROMPT_BASE, by=by, at=small.NOW, note="a.txt") for by in ("Ada", "Kit")
        ]
        (entry,) = log.entries(session, "base:1")
        rows = session.exec(select(BaseRow)).all()
    assert (kept, len(rows), rows[0].added_by) == ([1, 1], 1, "Ada")
    assert (entry.who, entry.action, entry.why) == ("Ada", "base proposed", "a.txt")
    assert entry.detail["sha256"] == text_digest(small.PROMPT_BASE)


def test_the_base_of_the_task_is_not_stored(filled: Database) -> None:
    with filled.session() as session:
        assert keep_base(session, TASK, TASK.base, by="Ada", at=small.NOW) is None
        assert session.exec(select(BaseRow)).all() == []


def test_a_text_that_was_not_checked_is_not_stored(filled: Database) -> None:
    with filled.session() as session, pytest.raises(ValueError, match="as it was checked"):
        keep_base(session, TASK, f"{small.PROMPT_BASE}\n", by="Ada", at=small.NOW)


def test_a_stored_base_can_be_neither_changed_nor_deleted(filled: Database) -> None:
    with filled.session() as session:
        keep_base(session, TASK, small.PROMPT_BASE, by="Ada", at=small.NOW)
    with filled.session() as session:
        session.get_one(BaseRow, 1).text = "Say 5."
        with pytest.raises(Refused):
            session.flush()
        session.rollback()
    with filled.session() as session:
        session.delete(session.get_one(BaseRow, 1))
        with pytest.raises(Refused):
            session.flush()
        session.rollback()
