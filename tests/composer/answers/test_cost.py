"""What questions cost before anybody pays: by two prices, by tokens guessed and by tokens counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from composer.answers.cost import cost_of_questions, money_for
from composer.answers.evaluator import questions_of
from composer.answers.store import DatabaseCells
from composer.models.prices import Tokens
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.prompts.curator_rules import token_estimate
from library.database import Database
from tests import small

TASK, DATA = small.task(), small.examples(6, 0)
TARGET = Target.model_validate(
    {
        "name": "far",
        "kind": "server",
        "model": "m",
        "api_base": "http://127.0.0.1:9/v1",
        "max_tokens": 50,
        "price_per_million_input_tokens": 1.0,
        "price_per_million_output_tokens": 20.0,
    }
)


def test_before_the_first_answer_a_prompt_is_guessed_and_an_answer_is_the_longest(database: Database) -> None:
    asked = questions_of(TASK, TARGET.hash, Composition(TASK.base), DATA)
    with database.session() as session:
        found = cost_of_questions(session, TARGET, asked)
    sent = sum(token_estimate(each["content"]) for one in asked for each in one.messages)
    assert found.money == pytest.approx((sent + 20 * 50 * 6) / 1e6)
    assert (found.answers, found.guessed) == (6, True)


def test_later_it_goes_by_what_answers_took_each_at_its_price(database: Database) -> None:
    asked = questions_of(TASK, TARGET.hash, Composition(TASK.base), DATA)
    cells = DatabaseCells(database)
    for one, completion in zip(asked[:2], (10, 30), strict=True):
        cells.keep(one, replace(small.answer("3", 100), completion_tokens=completion))
    with database.session() as session:
        found = cost_of_questions(session, TARGET, asked)
        assert found.money == pytest.approx(4 * (100 + 20 * 20) / 1e6)
        assert (found.answers, found.guessed) == (4, False)
        assert cost_of_questions(session, TARGET, asked[:2]).money == 0
        free = TARGET.model_copy(
            update={"price_per_million_input_tokens": None, "price_per_million_output_tokens": None}
        )
        assert cost_of_questions(session, free, asked).money is None


def test_answers_cost_what_their_tokens_do() -> None:
    assert money_for(TARGET, 1000, Tokens(500, 10)) == pytest.approx(0.7)
    assert money_for(TARGET, 1000, None) is None
    assert money_for(TARGET, 1000, Tokens(0, 0)) is None
