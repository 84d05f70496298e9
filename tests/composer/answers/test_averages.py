"""What stored answers took on average, and how many examples they are of."""

from __future__ import annotations

import pytest

from composer.answers.averages import answered_counts, averages
from composer.answers.store import Question, keep_all
from composer.models.answer import Answer
from library.database import Database
from tests.conftest import NOW


def answered(database: Database, *asked: tuple[str, str, str, int, float]) -> None:
    """Store answers of (composition, target, example, replicate, seconds), of 10 tokens and 4."""
    pairs = [
        (
            Question([{"role": "user", "content": f"{name} {example}"}], target, name, example, replicate),
            Answer("3", 10, 4, seconds, "stop"),
        )
        for name, target, example, replicate, seconds in asked
    ]
    with database.session() as session:
        keep_all(session, pairs, at=NOW)


def test_each_prompt_has_its_mean_on_each_target(database: Database) -> None:
    answered(database, ("a", "x", "1", 0, 1.0), ("a", "x", "2", 0, 3.0), ("a", "y", "1", 0, 5.0))
    with database.session() as session:
        found = averages(session, ["a", "a", "b"])
    assert {asked: one.answers for asked, one in found.items()} == {("a", "x"): 2, ("a", "y"): 1}
    assert found["a", "x"].seconds == pytest.approx(2.0)
    assert found["a", "x"].tokens.all == pytest.approx(14.0)


def test_asking_again_counts_for_nothing(database: Database) -> None:
    answered(database, ("a", "x", "1", 0, 1.0), ("a", "x", "1", 1, 9.0))
    with database.session() as session:
        assert averages(session, ["a"])["a", "x"].answers == 1
        assert answered_counts(session, ["a"], {"1"}) == {("a", "x"): 1}


def test_only_examples_among_those_given_are_counted(database: Database) -> None:
    answered(database, ("a", "x", "1", 0, 1.0), ("a", "x", "2", 0, 1.0), ("a", "y", "3", 0, 1.0))
    with database.session() as session:
        assert answered_counts(session, ["a"], {"1", "2"}) == {("a", "x"): 2}
        assert averages(session, []) == {}
