"""Answers of a command that was killed, which no row of a run or a job tells of: they wait to be named."""

from __future__ import annotations

from composer.answers.naming import NamedCells, named_answers
from composer.answers.store import Question
from composer.audit import audit
from composer.audit.begun import targets_begun
from library import log
from library.database import Database
from tests import small


def question(number: int, target: str = "target") -> Question:
    return Question([{"role": "user", "content": f"{number}?"}], target, "composition", f"dev-{number:02}")


def command(database: Database) -> NamedCells:
    return NamedCells(database, subject="prompt:small:target", by="Ada", announced=True)


def test_answers_of_a_command_that_was_killed_wait_until_it_is_run_again(database: Database) -> None:
    killed = command(database)
    killed.keep(question(1), small.answer("1"))
    killed.keep(question(2), small.answer("2"))
    with database.session() as session:
        found = audit(session)
        assert (found.differences, found.waiting) == ((), 2)
        assert [one.action for one in log.entries(session)] == ["answers begun"]
    again = command(database)
    again.find([question(1).key, question(2).key])
    again.name()
    with database.session() as session:
        found = audit(session)
        assert (found.differences, found.waiting) == ((), 0)
        assert targets_begun(session) == set()


def test_each_target_is_announced_once_and_again_after_its_answers_were_named(database: Database) -> None:
    with named_answers(database, subject="task:small", by="Ada", announced=True) as cells:
        cells.keep(question(1), small.answer("1"))
        cells.keep(question(2, "other"), small.answer("2"))
        cells.keep(question(3), small.answer("3"))
        cells.name()
        cells.keep(question(4), small.answer("4"))
        with database.session() as session:
            assert targets_begun(session) == {"target"}
    with database.session() as session:
        begun = [one.detail["target"] for one in log.entries(session) if one.action == "answers begun"]
    assert begun == ["target", "other", "target"]


def test_an_answer_of_another_target_does_not_wait(database: Database) -> None:
    command(database).keep(question(1), small.answer("1"))
    NamedCells(database, subject="prompt:small:target", by="Ada").keep(question(2, "other"), small.answer("2"))
    with database.session() as session:
        (one,) = audit(session).differences
    assert "target other" in one


def test_what_is_stored_already_is_not_announced(database: Database) -> None:
    with named_answers(database, subject="task:small", by="Ada", announced=True) as cells:
        assert cells.find([question(1).key]) == {}
    with database.session() as session:
        assert log.entries(session) == ()
