"""Bases besides the task's own: found by number and by text, and checked whenever they are read."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from composer.candidates.bases import keep_base
from composer.prompts.composition import UnvettedText
from composer.prompts.parts import Parts
from composer.registry.bases import find_base, get_base, named_alike, number_of_base, text_of_base
from library.canonical import text_digest
from library.database import Database
from tests import small

TASK = small.task()


def test_a_base_is_found_by_its_number_and_by_its_text(filled: Database) -> None:
    with filled.session() as session:
        assert find_base(session, TASK, small.PROMPT_BASE) is None
        number = keep_base(session, TASK, small.PROMPT_BASE, by="Ada", at=small.NOW, note="mine.txt")
        assert number == number_of_base(session, TASK, small.PROMPT_BASE) == 1
        found = get_base(session, "small", number)
        assert (found.text, found.sha256) == (small.PROMPT_BASE, text_digest(small.PROMPT_BASE))
        assert (found.added_by, found.added_at, found.note) == ("Ada", small.NOW, "mine.txt")
        assert text_of_base(session, TASK, number) == small.PROMPT_BASE


def test_the_base_of_the_task_has_no_number(filled: Database) -> None:
    with filled.session() as session:
        assert number_of_base(session, TASK, TASK.base) is None
        assert text_of_base(session, TASK, None) == TASK.base


def test_a_base_that_the_file_of_the_task_has_now_is_the_tasks_own(filled: Database) -> None:
    with filled.session() as session:
        keep_base(session, TASK, small.PROMPT_BASE, by="Ada", at=small.NOW)
        edited = small.task(base=small.PROMPT_BASE)
        assert named_alike(session, TASK, Parts(1, (2,))) == Parts(1, (2,))
        assert named_alike(session, edited, Parts(1, (2,))) == Parts(None, (2,))


def test_text_that_nobody_proposed_and_bases_of_other_tasks_are_unvetted(filled: Database) -> None:
    with filled.session() as session:
        keep_base(session, TASK, small.PROMPT_BASE, by="Ada", at=small.NOW)
        for read in (
            lambda: number_of_base(session, TASK, "Say 5.\n{{snippets}}"),
            lambda: number_of_base(session, small.task(name="other"), small.PROMPT_BASE),
            lambda: get_base(session, "other", 1),
            lambda: get_base(session, "small", 2),
        ):
            with pytest.raises(UnvettedText):
                read()


def test_a_text_that_was_changed_behind_the_log_is_unvetted(filled: Database) -> None:
    with filled.session() as session:
        keep_base(session, TASK, small.PROMPT_BASE, by="Ada", at=small.NOW)
    with filled.session() as session:
        session.connection().execute(text("update base set text = 'Say 5.'"))
        with pytest.raises(UnvettedText, match="is not the text that was proposed"):
            get_base(session, "small", 1)
        with pytest.raises(UnvettedText):
            find_base(session, TASK, small.PROMPT_BASE)
        session.rollback()
