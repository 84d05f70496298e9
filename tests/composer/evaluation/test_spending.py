"""What answers took: seconds with the interval of their difference, and money where the target has a price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.evaluation.outcomes import Difference
from composer.evaluation.spending import spending_differences, spent
from composer.models.answer import Answer
from composer.models.prices import Prices
from tests import small

ALONE = [(f"e{number}",) for number in range(40)]


def answers(seconds: float, tokens: int = 100) -> list[Answer]:
    rng = np.random.default_rng(round(10_000 * seconds))
    return [replace(small.answer("3", tokens), seconds=seconds + rng.normal(0, 0.05)) for _ in ALONE]


def differences(before: list[Answer], after: list[Answer], prices: Prices | None = None) -> dict[str, Difference]:
    sides = spent(before, prices), spent(after, prices)
    return {one.name: one for one in spending_differences(*sides, ALONE)}


def test_a_longer_answer_time_is_told_from_chance_by_its_interval() -> None:
    slower = differences(answers(0.5), answers(0.6))["seconds"]
    assert slower.low is not None
    assert slower.direction == "worse"
    assert slower.low < 0.1 < (slower.high or 0)
    assert differences(answers(0.5), answers(0.5001))["seconds"].direction == "unclear"


def test_the_cost_is_that_of_a_thousand_answers_with_prompt_and_answer() -> None:
    cost = differences(answers(0.5, 96), answers(0.5, 196), prices=Prices(0.5, 0.5))["cost"]
    assert cost.incumbent == pytest.approx(1000 * 100 * 0.5 / 1e6)
    assert cost.candidate == pytest.approx(1000 * 200 * 0.5 / 1e6)


def test_tokens_of_the_answer_may_cost_more_than_those_of_the_prompt() -> None:
    cost = differences(answers(0.5, 96), answers(0.5, 196), prices=Prices(0.5, 10.0))["cost"]
    assert cost.incumbent == pytest.approx(1000 * (96 * 0.5 + 4 * 10) / 1e6)
    assert cost.candidate == pytest.approx(1000 * (196 * 0.5 + 4 * 10) / 1e6)


def test_without_a_price_or_tokens_there_is_no_cost() -> None:
    none = [replace(one, prompt_tokens=0, completion_tokens=0) for one in answers(0.5)]
    assert set(differences(answers(0.5), answers(0.5))) == {"tokens", "seconds"}
    assert set(differences(none, none, prices=Prices(1.0, 1.0))) == {"tokens", "seconds"}


def test_growth_is_a_share_of_what_there_was_and_unknown_where_there_was_nothing() -> None:
    assert Difference("seconds", "lower", 0.5, 0.6, 0.1, None, None).growth == pytest.approx(0.2)
    assert Difference("seconds", "lower", 0.0, 0.6, 0.6, None, None).growth is None
    assert Difference("seconds", "lower", None, None, None, None, None).growth is None
