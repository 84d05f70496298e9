"""The paired comparison of a candidate with the incumbent on the sealed test split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

import numpy as np

from composer.data.examples import Example
from composer.evaluation.metrics import SAME, Better, Figure, Scored, figures, score
from composer.evaluation.paired import paired_interval
from composer.evaluation.parsing import Parsed, parse
from composer.evaluation.slices import Slice as Slice
from composer.evaluation.slices import slices
from composer.models.client import Answer
from composer.task.policy import GateKind
from composer.task.task import Task

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
class Gate:
    """One condition of the policy: whether it holds, and the figure it was read from.

    One that isn't `binding` is shown, and holds nothing up.
    """

    name: str
    passed: bool
    figure: str
    binding: bool = True


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
        return "same" if abs(self.change) <= SAME else ("better" if self.change < 0 else "worse")

    @property
    def malformed(self) -> bool:
        """Whether either answer is malformed."""
        return not (self.incumbent_valid and self.candidate_valid)


@dataclass(frozen=True)
class Side:
    """One prompt's answers to the examples, in their order."""

    answers: Sequence[Answer]

    @property
    def prompt_tokens(self) -> float:
        """Mean prompt tokens an answer."""
        return float(np.mean([answer.prompt_tokens for answer in self.answers]))

    @property
    def seconds(self) -> float:
        """Mean seconds an answer."""
        return float(np.mean([answer.seconds for answer in self.answers]))


@dataclass(frozen=True)
class Comparison:
    """All that the test split says about a candidate against the incumbent."""

    figures: tuple[Difference, ...]
    gates: tuple[Gate, ...]
    rows: tuple[Row, ...]
    slices: tuple[Slice, ...] = ()

    @property
    def metric(self) -> Difference:
        """The task's composite metric."""
        return self.figures[0]

    @property
    def counts(self) -> Mapping[str, int]:
        """Examples that became better, stayed the same, became worse."""
        outcomes = [row.outcome for row in self.rows]
        return {name: outcomes.count(name) for name in ("better", "same", "worse")}


def compare(
    task: Task, examples: Sequence[Example], incumbent: Side, candidate: Side, rng: np.random.Generator
) -> Comparison:
    """Compare two prompts on the same examples; `rng` drives the bootstrap and the permutations alone.

    Every resampled figure is taken over the same resamples, and every mean by the same method, so that
    figures which agree have intervals that agree.
    """
    seed = int(rng.integers(2**32))
    was, now = (_parsed(task, side) for side in (incumbent, candidate))
    before, after = score(task, examples, was), score(task, examples, now)
    clusters = [example.clusters for example in examples]
    differences = [
        difference(figure, before, after, clusters, np.random.default_rng(seed)) for figure in figures(task)
    ]
    differences += [
        _plain("tokens", incumbent.prompt_tokens, candidate.prompt_tokens),
        _plain("seconds", incumbent.seconds, candidate.seconds),
    ]
    rows = tuple(
        Row(
            example.id,
            float(before.loss[place]),
            float(after.loss[place]),
            was[place].valid,
            now[place].valid,
            was[place].value,
            now[place].value,
            example.gold,
            example.slice,
            example.must_not_regress,
        )
        for place, example in enumerate(examples)
    )
    gates = _gates(task, examples, {one.name: one for one in differences}, rows)
    parts = slices(task, examples, before, after, np.random.default_rng(seed))
    return Comparison(tuple(differences), gates, rows, parts)


def _parsed(task: Task, side: Side) -> list[Parsed]:
    return [parse(task.output, answer.text) for answer in side.answers]


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


def _plain(name: str, was: float, now: float) -> Difference:
    return Difference(name, "lower", was, now, now - was, None, None)


def _gates(
    task: Task, examples: Sequence[Example], differences: Mapping[str, Difference], rows: Sequence[Row]
) -> tuple[Gate, ...]:
    policy = task.policy.gates
    gates: list[tuple[GateKind, Gate]] = [("improves", improves(differences[figures(task)[0].name]))]
    if policy.valid_rate:
        gates.append(("valid_rate", _not_worse("valid rate", differences["valid_rate"], 0.0)))
    for name in policy.not_worse:
        gates.append(("not_worse", _not_worse(name, differences[name], policy.tolerance.get(name, 0.0))))
    if policy.must_not_regress:
        bound = [row for row, example in zip(rows, examples, strict=True) if example.must_not_regress]
        lost = [row.example_id for row in bound if row.outcome == "worse"]
        gate = Gate("must not regress", not lost, f"{len(bound) - len(lost)}/{len(bound)}")
        gates.append(("must_not_regress", gate))
    if policy.max_worse_share is not None:
        share = sum(row.outcome == "worse" for row in rows) / len(rows)
        limit = policy.max_worse_share
        gates.append(("max_worse_share", Gate(f"worse ≤ {limit:.0%}", share <= limit, f"{share:.1%}")))
    if policy.max_extra_tokens is not None:
        extra, limit = differences["tokens"].difference or 0.0, policy.max_extra_tokens
        gates.append(("max_extra_tokens", Gate(f"tokens ≤ +{limit}", extra <= limit, f"{extra:+.0f}")))
    return tuple(replace(gate, binding=kind not in policy.advisory) for kind, gate in gates)


def improves(metric: Difference) -> Gate:
    """Return the gate that every policy has: the interval is clear of no difference, on the better side."""
    if metric.low is None or metric.high is None:
        return Gate("improves", False, "no interval")
    clear = metric.high < 0 if metric.better_is == "lower" else metric.low > 0
    return Gate("improves", clear, f"[{metric.low:+.3g}, {metric.high:+.3g}]")


def _not_worse(name: str, difference: Difference, tolerance: float) -> Gate:
    """Fail where a figure fell by more than the tolerance, or clearly: its whole interval on the worse side."""
    if difference.difference is None:
        # Undefined before and after alike (no valid answer on a side) can't have got worse than nothing.
        return Gate(name, difference.incumbent is None, "—")
    change = difference.difference if difference.better_is == "higher" else -difference.difference
    allowed = f" (may fall by {tolerance:g})" if tolerance else ""
    passed = change >= -tolerance - SAME and difference.direction != "worse"
    return Gate(name, passed, f"{difference.difference:+.3g}{allowed}")
