"""Outcomes of a paired comparison: one figure on both sides with its interval, and one example on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal

import numpy as np

from composer.evaluation.metrics import LOSS_TOLERANCE, Better, Figure, Scored
from composer.evaluation.paired import paired_interval

Direction = Literal["better", "worse", "same", "unclear", ""]


@dataclass(frozen=True)
class Difference:
    """One figure before and after; the difference is candidate minus incumbent with its 95% interval."""

    name: str
    better_is: Better
    incumbent: float | None
    candidate: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def direction(self) -> Direction:
        """Which way it went: `unclear` where the interval holds zero, empty where there is none to tell by."""
        if self.difference is None or self.low is None or self.high is None:
            return ""
        if self.difference == 0:
            return "same"
        if self.low <= 0 <= self.high:
            return "unclear"
        return "better" if self.improved else "worse"

    @property
    def improved(self) -> bool:
        """Whether the figure itself, whatever its interval, is better on the candidate's side."""
        change = self.difference or 0.0
        return change < 0 if self.better_is == "lower" else change > 0


@dataclass(frozen=True)
class Row:
    """One example under both prompts: losses in [0, 1], `change` is candidate minus incumbent.

    The values are the answers as read, None where malformed; `gold` is people's word.
    """

    example_id: str
    incumbent_loss: float
    candidate_loss: float
    incumbent_valid: bool
    candidate_valid: bool
    incumbent_value: float | str | None = None
    candidate_value: float | str | None = None
    gold: float | str = ""
    slice: str = ""
    must_not_regress: bool = False

    @property
    def change(self) -> float:
        """Loss added by the candidate, in [-1, 1]; negative is better."""
        return self.candidate_loss - self.incumbent_loss

    @property
    def outcome(self) -> str:
        """`better`, `same` or `worse`."""
        return "same" if abs(self.change) <= LOSS_TOLERANCE else ("better" if self.change < 0 else "worse")

    @property
    def malformed(self) -> bool:
        """Whether either answer is malformed."""
        return not (self.incumbent_valid and self.candidate_valid)


@dataclass(frozen=True)
class OutcomeCounts:
    """How many examples became better, stayed the same and became worse."""

    better: int
    same: int
    worse: int

    @property
    def total(self) -> int:
        """How many examples there are."""
        return self.better + self.same + self.worse


def difference(
    figure: Figure,
    before: Scored,
    after: Scored,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> Difference:
    """Return one figure of n examples on both sides, with the interval of its difference."""
    ones = np.ones(len(before.loss))
    was, now = figure.of(before, ones), figure.of(after, ones)
    bounds = paired_interval(figure, before, after, clusters, rng)
    return Difference(
        figure.name,
        figure.better_is,
        *(None if isnan(value) else value for value in (was, now, now - was, bounds.low, bounds.high)),
    )
