"""Answers in the log: a run's are named together at its end, and those of a killed run when it goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from composer.answers.naming import NamedCells, answers_kept, named_answers
from composer.answers.store import DatabaseCells, Question
from composer.audit import audit
from composer.audit.begun import ANSWERS_KEPT
from composer.home.paths import Home
from library import log
from library.database import Database
from library.log import LogEntry
from tests import small
from tests.databases import refuse_rows


def kept(session: Session) -> list[LogEntry]:
    return [one for one in log.entries(session) if one.action == ANSWERS_KEPT]


def question(number: int) -> Question:
    return Question([{"role": "user", "content": f"{number}?"}], "target", "composition", f"dev-{number:02}")


def test_a_run_names_its_answers_by_one_entry_before_its_candidate_is_submitted(submitted: Database) -> None:
    with submitted.session() as session:
        (entry,) = kept(session)
        actions = [one.action for one in log.entries(session)]
        count = session.execute(text("select count(*) from cell")).scalar_one()
    assert (entry.who, entry.subject, entry.detail["answers"], entry.detail["found"]) == ("Ada", "run:1", count, 0)
    assert entry.detail["batch"]["rows"] == count
    assert actions.index(ANSWERS_KEPT) < actions.index("candidate submitted")


def test_answers_of_a_run_that_fails_are_named_too(filled: Database, home: Home) -> None:
    dying = small.Dying(small.engine(), 30, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        small.run(filled, home, small.enter(filled), dying)
    with filled.session() as session:
        (entry,) = kept(session)
        assert entry.detail["answers"] == session.execute(text("select count(*) from cell")).scalar_one() == 29
        assert audit(session).differences == ()


def test_answers_of_a_process_that_was_killed_wait_until_somebody_goes_on(filled: Database, home: Home) -> None:
    number = small.enter(filled)
    with pytest.raises(KeyboardInterrupt):
        small.run(filled, home, number, small.Dying(small.engine(), 30, KeyboardInterrupt()))
    with filled.session() as session:  # as if it had been killed before it could write the entry
        last = log.entries(session)[-1]
        session.execute(text(f"delete from log where id = {last.id}"))
        session.execute(text("delete from named_row where kind = 'cell'"))
        head = log.entries(session)[-1].hash
        session.execute(text(f"update log_end set entries = entries - 1, head = '{head}'"))
    with filled.session() as session:
        found = audit(session)
        assert (found.differences, found.waiting) == ((), 29)
    small.run(filled, home, number, small.engine())
    with filled.session() as session:
        assert kept(session)[0].detail["found"] == 29
        found = audit(session)
        assert (found.differences, found.waiting) == ((), 0)
        stored = session.execute(text("select count(*) from cell")).scalar_one()
        assert answers_kept(session, f"run:{number}", since=small.NOW) == stored
        # what was stored before the run was entered, some older release's, is not its own
        assert answers_kept(session, f"run:{number}", since=datetime.now(UTC)) == 0
        assert answers_kept(session, "run:99", since=small.NOW) == 0


def test_an_answer_is_named_once(database: Database) -> None:
    for _ in range(2):
        with named_answers(database, subject="run:1", by="Ada") as cells:
            cells.find([question(1).key])
            cells.keep(question(1), small.answer("1"))
    with database.session() as session:
        assert len(kept(session)) == 1


def test_an_answer_that_was_changed_before_it_was_named_is_found(database: Database) -> None:
    with named_answers(database, subject="run:1", by="Ada") as cells:
        cells.keep(question(1), small.answer("1"))
        with database.session() as session:
            session.execute(text("update cell set text = '5'"))
    with database.session() as session:
        assert any("not what entry 1" in one for one in audit(session).differences)


def test_an_answer_that_could_not_be_stored_is_not_named(database: Database) -> None:
    cells = NamedCells(database, subject="run:1", by="Ada")
    with database.session() as session:
        refuse_rows(session, "cell", "disk is full")
    with pytest.raises(Exception, match="disk is full"):
        cells.keep(question(1), small.answer("1"))
    cells.name()
    with database.session() as session:
        assert kept(session) == []


def test_the_plain_store_names_nothing(database: Database) -> None:
    DatabaseCells(database).keep(question(1), small.answer("1"))
    with database.session() as session:
        assert log.entries(session) == ()
        assert audit(session).differences == (
            f"answer {question(1).key[:12]}… (example dev-01, target target) is in no entry of the log",
        )
