"""Cells: one answer a key, kept for good, and a key that is all that is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from composer.answers.store import DatabaseCells, Question, stored_texts
from composer.models.answer import Answer
from composer.prompts.messages import render
from composer.review.status import get_review
from library.database import Database
from library.parts import KEYS_IN_A_QUERY
from tests import small

QUESTION = Question(render("P", "{{q}}", {"q": "x"}), "target", "composition", "example")
ANSWER = Answer('{"rating": 3}\n“é”\u2028', 11, 4, 0.25, "length")


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, messages=render("P.", "{{q}}", {"q": "x"})),
        replace(QUESTION, messages=render("P", "{{q}}", {"q": "x "})),
        replace(QUESTION, target="other"),
        replace(QUESTION, replicate=1),
    ],
)
def test_whatever_changes_what_is_sent_or_to_whom_is_another_cell(other: Question) -> None:
    assert other.key != QUESTION.key


def test_the_same_messages_to_the_same_target_are_the_same_cell() -> None:
    assert replace(QUESTION, composition="other", example_id="other").key == QUESTION.key


def test_an_answer_comes_back_as_it_was_kept(database: Database) -> None:
    DatabaseCells(database).keep(QUESTION, ANSWER)
    assert DatabaseCells(database).find([QUESTION.key, "unknown"]) == {QUESTION.key: ANSWER}


def test_what_a_target_says_beside_its_text_comes_back_too(database: Database) -> None:
    answer = replace(
        ANSWER,
        text="",
        finish_reason="tool_calls",
        refusal="I can't.",
        reasoning="Let me think.",
        reasoning_tokens=7,
        problem="a tool call",
        served_model="model-2026",
        system_fingerprint="fp_1",
    )
    DatabaseCells(database).keep(QUESTION, answer)
    assert DatabaseCells(database).find([QUESTION.key]) == {QUESTION.key: answer}


def test_the_first_answer_of_a_cell_stays_and_is_what_a_second_asker_gets(database: Database) -> None:
    cells = DatabaseCells(database)
    assert cells.keep(QUESTION, ANSWER) == ANSWER
    assert cells.keep(QUESTION, small.answer("another")) == ANSWER
    assert cells.find([QUESTION.key])[QUESTION.key] == ANSWER


def test_many_keys_are_found_at_once(database: Database) -> None:
    cells = DatabaseCells(database)
    questions = [replace(QUESTION, replicate=number) for number in range(KEYS_IN_A_QUERY + 1)]
    for question in (questions[0], questions[-1]):
        cells.keep(question, ANSWER)
    assert set(cells.find([question.key for question in questions])) == {questions[0].key, questions[-1].key}


def test_two_writers_of_one_cell_do_not_disturb_each_other(database: Database) -> None:
    def keep(number: int) -> Answer:
        return DatabaseCells(database).keep(QUESTION, small.answer(f"{number}"))

    with ThreadPoolExecutor(8) as executor:
        kept = set(executor.map(keep, range(16)))
    assert len(kept) == 1
    assert DatabaseCells(database).find([QUESTION.key]) == {QUESTION.key: kept.pop()}


def test_an_answer_stored_under_another_composition_is_found_by_its_key(submitted: Database) -> None:
    with submitted.session() as session:
        side = get_review(session, 1).candidate.evidence.candidate
        target = get_review(session, 1).candidate.outcome.target_hash
        assert set(stored_texts(session, target, "another", side.cells)) == set(side.cells)
