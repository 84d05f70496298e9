"""What answers took beside how good they are: prompt tokens, seconds, and money where the target has a price."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Protocol

import numpy as np

from composer.evaluation.figures import Floats, Mean
from composer.evaluation.formatting import ANSWERS
from composer.evaluation.outcomes import Difference
from composer.evaluation.paired import mean_interval
from composer.models.prices import MILLION, Prices


class Took(Protocol):
    """What one answer took."""

    @property
    def prompt_tokens(self) -> int:
        """Tokens of its messages."""

    @property
    def completion_tokens(self) -> int:
        """Tokens of the answer itself."""

    @property
    def seconds(self) -> float:
        """How long it took."""


def spent(answers: Sequence[Took], prices: Prices | None) -> dict[str, Mean]:
    """Return what n answers took, by figure, each the mean over all of them.

    `tokens` are a prompt's, `seconds` an answer's; `cost` is that of 1,000 answers by the `prices` of
    tokens of the prompt and of the answer: missing where there are none, or no token was reported.
    """
    prompt = _numbers([answer.prompt_tokens for answer in answers])
    answered = _numbers([answer.completion_tokens for answer in answers])
    found = {"tokens": prompt, "seconds": _numbers([answer.seconds for answer in answers])}
    if prices is not None and (prompt.any() or answered.any()):
        found["cost"] = ANSWERS * (prompt * prices.prompt + answered * prices.answer) / MILLION
    return {name: Mean(values, np.ones(len(values), bool)) for name, values in found.items()}


def spending_differences(
    before: dict[str, Mean], after: dict[str, Mean], clusters: Sequence[tuple[str, ...]]
) -> list[Difference]:
    """Return the figures that both sides have of the same n examples, with the interval of their difference.

    Tokens have no interval: the same prompt takes as many each time.
    """
    found = []
    for name, was in before.items():
        if name not in after:
            continue
        now = after[name]
        bounds = None if name == "tokens" else mean_interval(was, now, clusters)
        low, high = (None, None) if bounds is None or isnan(bounds.low) else (bounds.low, bounds.high)
        found.append(Difference(name, "lower", was.whole(), now.whole(), now.whole() - was.whole(), low, high))
    return found


def _numbers(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=float)
