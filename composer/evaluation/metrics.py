"""From answers to losses in [0, 1], and from losses to the figures a reader knows.

The loss of each example is paired and additive, so that everything downstream is too. A figure is defined once, in
`figures`; here a task's output decides which figures it has, and for each which direction is better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from composer.data.examples import Example
from composer.evaluation.figures import Bools, Floats, MacroF1, Mean, Spread, Statistic, Weights
from composer.evaluation.outcomes import Better, Difference
from composer.evaluation.outcomes import as_change as as_change
from composer.evaluation.parsing import Parsed
from composer.evaluation.spearman import Spearman
from composer.task.task import Output, Task


@dataclass(frozen=True)
class Scored:
    """Answers to a set of examples, scored.

    `loss`: shape (n,), in [0, 1], 1 where malformed. `valid`: shape (n,), bool. `value` and `gold`: shape
    (n,), the rating, or the number of the label in the task's list; `value` is NaN where malformed.
    """

    loss: Floats
    valid: Bools
    value: Floats
    gold: Floats


def score(task: Task, examples: Sequence[Example], answers: Sequence[Parsed]) -> Scored:
    """Score answers against gold labels: squared error over the squared range, or 0/1 for labels."""
    valid = np.array([answer.valid for answer in answers], dtype=bool)
    value = np.array([as_number(task.output, answer.value) for answer in answers], dtype=float)
    gold = np.array([as_number(task.output, example.gold) for example in examples], dtype=float)
    if task.output.kind == "ordinal":
        low, high = task.output.scale
        loss = ((value - gold) / (high - low)) ** 2
    else:
        loss = (value != gold).astype(float)
    return Scored(np.where(valid, loss, 1.0), valid, value, gold)


def as_number(output: Output, value: float | str | None) -> float:
    """Return a rating as it is, a label as its place in the task's list, and NaN for None."""
    if value is None:
        return float("nan")
    return float(output.labels.index(value)) if isinstance(value, str) else float(value)


@dataclass(frozen=True)
class Metric:
    """One figure of a task: its name, which way is better, and what it is of scored answers."""

    name: str
    better_is: Better
    on: Callable[[Scored], Statistic]

    def of_many(self, scored: Scored, weights: Weights) -> Floats:
        """Return the figure with examples counted as often as each row of weights has it: (r, n) to (r,)."""
        return self.on(scored).of_many(weights)

    def of(self, scored: Scored) -> float:
        """Return the figure with each example counted once; NaN where the answers can't give one."""
        return self.on(scored).whole()


def figures(task: Task) -> tuple[Metric, ...]:
    """Return the task's figures: the composite metric first, then the same over valid answers alone."""
    if task.output.kind == "ordinal":
        return (
            Metric("nmse", "lower", _nmse),
            Metric("valid_nmse", "lower", lambda s: replace(_nmse(s), counted=s.valid)),
            Metric("valid_rate", "higher", _valid_rate),
            Metric("spearman", "higher", lambda s: Spearman(s.value, s.gold, s.valid)),
            Metric("mae", "lower", lambda s: Mean(np.nan_to_num(np.abs(s.value - s.gold)), s.valid)),
            Metric("spread", "higher", lambda s: Spread(s.value, s.valid)),
        )
    return (
        Metric("accuracy", "higher", _accuracy),
        Metric("valid_accuracy", "higher", lambda s: replace(_accuracy(s), counted=s.valid)),
        Metric("valid_rate", "higher", _valid_rate),
        Metric("macro_f1", "higher", lambda s: MacroF1(s.value, s.gold)),
    )


def composite(task: Task, scored: Scored) -> Mean:
    """Return the task's composite metric of scored answers, which is a mean: the first of its `figures`."""
    return _nmse(scored) if task.output.kind == "ordinal" else _accuracy(scored)


def _nmse(scored: Scored) -> Mean:
    return Mean(scored.loss, np.ones(len(scored.loss), bool), written=lambda loss: 100 * loss)


def _accuracy(scored: Scored) -> Mean:
    return Mean(scored.loss, np.ones(len(scored.loss), bool), written=lambda loss: 1 - loss, span=1.0)


def _valid_rate(scored: Scored) -> Mean:
    return Mean(scored.valid.astype(float), np.ones(len(scored.loss), bool), span=1.0)


def read(task: Task, scored: Scored) -> Mapping[str, float]:
    """Return every figure of the task over all examples, each counted once."""
    return {metric.name: metric.of(scored) for metric in figures(task)}


def as_difference(metric: str, better_is: Better, gain: float, low: float, high: float) -> Difference:
    """Return a search's gain with the ends of its interval as what it changes the task's metric by."""
    ends = sorted(as_change(metric, bound) for bound in (low, high))
    return Difference(metric, better_is, None, None, as_change(metric, gain), *ends)


def loss_of(metric: str, figure: float) -> float:
    """Return the mean loss, in [0, 1], that a figure of the composite metric is."""
    return figure / 100 if metric == "nmse" else 1 - figure
