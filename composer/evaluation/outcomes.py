"""Outcomes of a paired comparison: one figure on both sides with its interval, and one example on both sides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher"]
Direction = Literal["better", "worse", "same", "unclear", ""]
SideName = Literal["incumbent", "candidate"]

LOSS_TOLERANCE = 1e-12
"""Losses, in [0, 1], that differ by no more than this are equal: they differ by rounding alone."""


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
        """Which way it went: `unclear` where the interval holds zero, empty where there is no interval."""
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

    @property
    def growth(self) -> float | None:
        """By what share of what it was the figure has grown; None where it is missing, or was nothing."""
        return self.difference / self.incumbent if self.incumbent and self.difference is not None else None


@dataclass(frozen=True)
class Row:
    """One example under both prompts: losses in [0, 1], `change` is candidate minus incumbent.

    The values are the answers as read, None where malformed; `gold` is the gold label.
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


@dataclass(frozen=True)
class Slice:
    """The metric in one slice: candidate minus incumbent with its 95% interval, and `n` examples counted.

    `p` is the chance of a difference at least as large if both prompts were alike, Holm-corrected over slices.
    """

    name: str
    n: int
    difference: float | None
    low: float | None
    high: float | None
    p: float
    better: int
    same: int
    worse: int


@dataclass(frozen=True)
class Gate:
    """One condition of the policy: whether it holds, and the figure it was read from.

    One that isn't `binding` is shown, and holds nothing up.
    """

    name: str
    passed: bool
    figure: str
    binding: bool = True

    @property
    def text(self) -> str:
        """The figure as it is shown: with the sign of a minus, as figures have it everywhere."""
        return self.figure.replace("-", "−")


@dataclass(frozen=True)
class MalformedAnswer:
    """Why one side's answer to an example is malformed: how it was read, and what its target reported of it."""

    example_id: str
    side: SideName
    error: str
    finish_reason: str
    refusal: str


@dataclass(frozen=True)
class Comparison:
    """The measured comparison of a candidate with the incumbent on the test split.

    `malformed` are the answers that are, in the order of the rows, the incumbent's first.
    """

    figures: tuple[Difference, ...]
    gates: tuple[Gate, ...]
    rows: tuple[Row, ...]
    slices: tuple[Slice, ...] = ()
    malformed: tuple[MalformedAnswer, ...] = ()

    @property
    def metric(self) -> Difference:
        """The task's composite metric."""
        return self.figures[0]

    @property
    def counts(self) -> OutcomeCounts:
        """How many examples became better, stayed the same and became worse."""
        outcomes = Counter(row.outcome for row in self.rows)
        return OutcomeCounts(better=outcomes["better"], same=outcomes["same"], worse=outcomes["worse"])


def as_change(metric: str, gain: float) -> float:
    """Return a search's gain (mean paired loss saved) as a change of the task's metric."""
    return -100 * gain if metric == "nmse" else gain
