"""The paired comparison of a candidate with the incumbent on the sealed test split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

import numpy as np

from composer.asking import Answer
from composer.data.examples import Example
from composer.metrics import Better, Figure, Scored, figures, score
from composer.parsing import parse
from composer.policy import GateKind
from composer.statistics import interval
from composer.task import Task

Direction = Literal["better", "worse", "same", "unclear", ""]

SAME = 1e-12
"""Losses closer than this are the same answer quality."""


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


@dataclass(frozen=True)
class Slice:
    """How the examples of one slice fared: the difference in the metric's units, and a Holm-corrected p."""

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
    """Compare two prompts on the same examples; `rng` drives the bootstrap alone.

    Every figure is taken over the same resamples, so that figures which agree have intervals that agree.
    """
    seed = int(rng.integers(2**32))
    before, after = _scored(task, examples, incumbent), _scored(task, examples, candidate)
    clusters = [example.clusters for example in examples]
    differences = [
        _difference(figure, before, after, clusters, np.random.default_rng(seed)) for figure in figures(task)
    ]
    differences += [
        _plain("tokens", incumbent.prompt_tokens, candidate.prompt_tokens),
        _plain("seconds", incumbent.seconds, candidate.seconds),
    ]
    rows = tuple(
        Row(example.id, float(was), float(now), bool(was_valid), bool(now_valid))
        for example, was, now, was_valid, now_valid in zip(
            examples, before.loss, after.loss, before.valid, after.valid, strict=True
        )
    )
    gates = _gates(task, examples, {difference.name: difference for difference in differences}, rows)
    return Comparison(tuple(differences), gates, rows)


def _scored(task: Task, examples: Sequence[Example], side: Side) -> Scored:
    return score(task, examples, [parse(task.output, answer.text) for answer in side.answers])


def _difference(
    figure: Figure,
    before: Scored,
    after: Scored,
    clusters: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> Difference:
    ones = np.ones(len(before.loss))
    was, now = figure.of(before, ones), figure.of(after, ones)
    bounds = interval(lambda weights: figure.of(after, weights) - figure.of(before, weights), clusters, rng)
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
    gates: list[tuple[GateKind, Gate]] = [("improves", _improves(differences[figures(task)[0].name]))]
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


def _improves(metric: Difference) -> Gate:
    if metric.low is None or metric.high is None:
        return Gate("improves", False, "no interval")
    clear = metric.high < 0 if metric.better_is == "lower" else metric.low > 0
    return Gate("improves", clear, f"[{metric.low:+.3g}, {metric.high:+.3g}]")


def _not_worse(name: str, difference: Difference, tolerance: float) -> Gate:
    if difference.difference is None:
        # Undefined before and after alike (no valid answer on a side) can't have got worse than nothing.
        return Gate(name, difference.incumbent is None, "—")
    change = difference.difference if difference.better_is == "higher" else -difference.difference
    allowed = f" (may fall by {tolerance:g})" if tolerance else ""
    return Gate(name, change >= -tolerance - SAME, f"{difference.difference:+.3g}{allowed}")
