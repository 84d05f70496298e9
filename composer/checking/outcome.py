"""What a check came to: two figures judged, all others beside them, and the rows that are read otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer.checking.judgement import Judged, judge
from composer.checking.plan import CheckPlan
from composer.evaluation.comparison import Side, compare
from composer.evaluation.outcomes import Comparison, Difference, Row
from composer.models.answer import Answer

VALID = "valid_rate"


@dataclass(frozen=True)
class Changed:
    """A row whose answer is read otherwise than at release, with both raw answers."""

    row: Row
    before: str
    now: str


@dataclass(frozen=True)
class Outcome:
    """A finished check, by its number: `metric` and `valid` decide, `others` are figures beside them.

    `changed` are the rows that are read otherwise, those that lost most first. `identical` counts answers that are
    byte for byte those of before, and `paid` those that this call paid for.
    """

    number: int
    plan: CheckPlan
    comparison: Comparison
    metric: Judged
    valid: Judged
    changed: tuple[Changed, ...]
    identical: int
    paid: int

    @property
    def failed(self) -> bool:
        """Whether the prompt answers worse than at its release."""
        return self.metric.failed or self.valid.failed

    @property
    def state(self) -> str:
        """How the prompt is now, as one word: that of the metric, unless the valid rate alone is worse."""
        return "worse" if self.failed else self.metric.state

    @property
    def n(self) -> int:
        """How many rows were asked."""
        return len(self.plan.examples)

    @property
    def others(self) -> tuple[Difference, ...]:
        """The figures that decide nothing."""
        own = {self.metric.difference.name, self.valid.difference.name}
        return tuple(one for one in self.comparison.figures if one.name not in own)


def outcome_of(plan: CheckPlan, number: int, now: Sequence[Answer], *, paid: int) -> Outcome:
    """Compare the answers of now with those that the evidence rests on, pair by pair."""
    task, before = plan.use.task, plan.before
    rng = np.random.default_rng(plan.seed)
    found = compare(task, plan.examples, Side(before), Side(now), rng)
    n, rows = len(plan.examples), found.rows
    named = {one.name: one for one in found.figures}
    return Outcome(
        number,
        plan,
        found,
        judge(found.metric, plan.margin, n=n, moved=any(one.outcome != "same" for one in rows)),
        judge(named[VALID], 0.0, n=n, moved=any(one.incumbent_valid != one.candidate_valid for one in rows)),
        _changed(rows, before, now),
        sum(was.text == is_.text for was, is_ in zip(before, now, strict=True)),
        paid,
    )


def _changed(rows: Sequence[Row], before: Sequence[Answer], now: Sequence[Answer]) -> tuple[Changed, ...]:
    found = [
        Changed(row, was.text, is_.text)
        for row, was, is_ in zip(rows, before, now, strict=True)
        if (row.incumbent_value, row.incumbent_valid) != (row.candidate_value, row.candidate_valid)
    ]
    return tuple(sorted(found, key=lambda one: (-one.row.change, one.row.example_id)))
