"""Twenty examples with ratings of their own, and comparisons of made-up answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from composer.evaluation.outcomes import Comparison, Gate
from tests import small

DATA = small.examples(0, 20)
GOLD = [int(float(one.gold)) for one in DATA]


def answered(values: Sequence[int | None]) -> list[str]:
    return ["no idea" if value is None else f'{{"rating": {value}}}' for value in values]


def off(by: int, values: Sequence[int] = GOLD) -> list[int]:
    """Ratings that are wrong by as many steps, within the scale."""
    return [value + by if value + by <= 5 else value - by for value in values]


def compared(
    before: Sequence[int | None], after: Sequence[int | None], tokens: tuple[int, int] = (10, 10), **gates: Any
) -> Comparison:
    task = small.task(policy={"gates": gates})
    return small.compared(task, DATA, answered(before), answered(after), tokens)


def gate(comparison: Comparison, name: str) -> Gate:
    return next(one for one in comparison.gates if one.name.startswith(name))
