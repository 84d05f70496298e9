"""From answers to losses in [0, 1], and from losses to the figures a reader knows.

Each metric is in three parts: a per-example loss (paired and additive, so that everything downstream is
too), figures over a set of examples, and for each figure which direction is better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from composer.data.examples import Example
from composer.evaluation.outcomes import Better
from composer.evaluation.parsing import Parsed
from composer.task.task import Task

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Answers to a set of examples, scored.

    `loss`: shape (n,), in [0, 1], 1 where malformed. `valid`: shape (n,), bool. `value` and `gold`: shape
    (n,), the rating, or the number of the label in the task's list; `value` is NaN where malformed.
    """

    loss: Floats
    valid: NDArray[np.bool_]
    value: Floats
    gold: Floats


def score(task: Task, examples: Sequence[Example], answers: Sequence[Parsed]) -> Scored:
    """Score answers against gold labels: squared error over the squared range, or 0/1 for labels."""
    valid = np.array([answer.valid for answer in answers], dtype=bool)
    value = np.array([_number(task, answer.value) for answer in answers], dtype=float)
    gold = np.array([_number(task, example.gold) for example in examples], dtype=float)
    if task.output.kind == "ordinal":
        low, high = task.output.scale
        loss = ((value - gold) / (high - low)) ** 2
    else:
        loss = (value != gold).astype(float)
    return Scored(np.where(valid, loss, 1.0), valid, value, gold)


def _number(task: Task, value: float | str | None) -> float:
    if value is None:
        return float("nan")
    return float(task.output.labels.index(value)) if isinstance(value, str) else float(value)


@dataclass(frozen=True)
class Figure:
    """One figure of a task: how it is computed under integer example weights, and which way is better."""

    name: str
    better_is: Better
    of: Callable[[Scored, Floats], float]


def figures(task: Task) -> tuple[Figure, ...]:
    """Return the task's figures: the composite metric first, then the same over valid answers alone."""
    if task.output.kind == "ordinal":
        return (
            Figure("nmse", "lower", lambda s, w: 100 * _mean(s.loss, w)),
            Figure("valid_nmse", "lower", lambda s, w: 100 * _mean(s.loss, w * s.valid)),
            Figure("valid_rate", "higher", lambda s, w: _mean(s.valid.astype(float), w)),
            Figure("spearman", "higher", _spearman),
            Figure("mae", "lower", lambda s, w: _mean(np.nan_to_num(np.abs(s.value - s.gold)), w * s.valid)),
            Figure("spread", "higher", _spread),
        )
    return (
        Figure("accuracy", "higher", lambda s, w: 1 - _mean(s.loss, w)),
        Figure("valid_accuracy", "higher", lambda s, w: 1 - _mean(s.loss, w * s.valid)),
        Figure("valid_rate", "higher", lambda s, w: _mean(s.valid.astype(float), w)),
        Figure("macro_f1", "higher", _macro_f1),
    )


def _mean(values: Floats, weights: Floats) -> float:
    total = float(weights.sum())
    return float(values @ weights) / total if total else float("nan")


def _spread(scored: Scored, weights: Floats) -> float:
    """Standard deviation of the valid ratings: ratings that huddle in the middle lower it."""
    kept = weights * scored.valid
    centre = _mean(np.nan_to_num(scored.value), kept)
    return float(np.sqrt(_mean(np.nan_to_num((scored.value - centre) ** 2), kept)))


def _spearman(scored: Scored, weights: Floats) -> float:
    """Spearman's rank correlation of valid ratings with gold; 0 where either is constant (no order is told)."""
    kept = np.repeat(np.arange(len(scored.loss)), (weights * scored.valid).astype(int))
    if len(kept) < 2:
        return float("nan")
    ours, people = rankdata(scored.value[kept]), rankdata(scored.gold[kept])
    ours, people = ours - ours.mean(), people - people.mean()
    norm = float(np.sqrt((ours @ ours) * (people @ people)))
    return float(ours @ people) / norm if norm else 0.0


def _macro_f1(scored: Scored, weights: Floats) -> float:
    """Mean over gold labels of F1; a malformed answer misses its label."""
    parts = []
    for label in np.unique(scored.gold):
        hit = float(weights @ ((scored.value == label) & (scored.gold == label)))
        said, due = float(weights @ (scored.value == label)), float(weights @ (scored.gold == label))
        parts.append(2 * hit / (said + due) if said + due else 0.0)
    return float(np.mean(parts))


def read(task: Task, scored: Scored) -> Mapping[str, float]:
    """Return every figure of the task over all examples, each counted once."""
    ones = np.ones(len(scored.loss))
    return {figure.name: figure.of(scored, ones) for figure in figures(task)}


def as_change(metric: str, gain: float) -> float:
    """Return a search's gain (mean paired loss saved) as a change of the task's metric."""
    return -100 * gain if metric == "nmse" else gain
