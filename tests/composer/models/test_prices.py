"""Prices of tokens: one for all, or one for the prompt's and one for the answer's."""

from __future__ import annotations

from composer.models.prices import Prices, Tokens, stated


def test_tokens_of_prompt_and_answer_cost_what_each_costs() -> None:
    assert Prices(1.0, 5.0).of(2_000_000, 100_000) == 2.5
    assert Tokens(3.5, 1).all == 4.5


def test_one_price_holds_for_both_and_two_for_each() -> None:
    assert stated(2.0, None, None) == Prices(2.0, 2.0)
    assert stated(None, 0.0, 5.0) == Prices(0.0, 5.0)
    assert stated(None, None, None) is None
    assert stated(0.0, None, None) == Prices(0.0, 0.0)
