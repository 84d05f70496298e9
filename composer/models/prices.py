"""What tokens cost: those of a prompt and those of an answer apart, as vendors price them."""

from __future__ import annotations

from typing import NamedTuple

MILLION = 1_000_000
PRICES = ("price_per_million_tokens", "price_per_million_input_tokens", "price_per_million_output_tokens")
"""The fields that state prices: one for all tokens, or one for a prompt's and one for an answer's."""


class Tokens(NamedTuple):
    """Tokens of a prompt and of its answer; means of many need not be whole."""

    prompt: float
    answer: float

    @property
    def all(self) -> float:
        """Both together."""
        return self.prompt + self.answer


class Prices(NamedTuple):
    """The price of a million tokens of the prompt, and of the answer, in any unit of money."""

    prompt: float
    answer: float

    def of(self, prompt: float, answer: float) -> float:
        """Return what so many tokens cost."""
        return (prompt * self.prompt + answer * self.answer) / MILLION


def stated(both: float | None, prompt: float | None, answer: float | None) -> Prices | None:
    """Return prices as the fields `PRICES` state them; None where they state none."""
    if prompt is not None and answer is not None:
        return Prices(prompt, answer)
    return None if both is None else Prices(both, both)
