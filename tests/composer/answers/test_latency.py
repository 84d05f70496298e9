"""How long an answer takes: the mean of the newest stored ones of its target, or a first guess."""

from __future__ import annotations

from datetime import timedelta

import pytest

from composer.answers.latency import FIRST_GUESS_SECONDS, RECENT, Latency, answer_latency
from composer.registry.targets import get_target
from composer.tables import CellRow
from library.database import Database
from tests import small


def store(database: Database, target: str, seconds: list[float]) -> None:
    """Store an answer for each of these durations, oldest first, a minute apart."""
    with database.session() as session:
        for number, taken in enumerate(seconds):
            session.add(
                CellRow(
                    key=f"{target} {number}",
                    target=target,
                    composition="bare",
                    example_id=f"dev-{number:02}",
                    replicate=0,
                    text="4",
                    finish_reason="stop",
                    prompt_tokens=10,
                    completion_tokens=1,
                    seconds=taken,
                    answered_at=small.NOW + timedelta(minutes=number),
                )
            )


def latency(database: Database) -> Latency:
    with database.session() as session:
        return answer_latency(session, "tiny")


def hash_of_tiny(database: Database) -> str:
    with database.session() as session:
        return get_target(session, "tiny").hash


def test_without_an_answer_it_is_a_first_guess_that_counts_none(filled: Database) -> None:
    store(filled, "another target", [7.0])
    assert latency(filled) == Latency(FIRST_GUESS_SECONDS, 0)


def test_it_is_the_mean_of_the_answers_of_this_target(filled: Database) -> None:
    store(filled, hash_of_tiny(filled), [1.0, 2.0, 6.0])
    store(filled, "another target", [90.0])
    found = latency(filled)
    assert (found.seconds, found.measured) == (pytest.approx(3.0), 3)


def test_only_the_newest_answers_count(filled: Database) -> None:
    store(filled, hash_of_tiny(filled), [100.0] * 5 + [2.0] * RECENT)
    found = latency(filled)
    assert (found.seconds, found.measured) == (pytest.approx(2.0), RECENT)
