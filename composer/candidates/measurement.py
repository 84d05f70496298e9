"""Measures two prompts on the sealed test split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from composer.answers.evaluator import Evaluator
from composer.data.examples import Example
from composer.evaluation.comparison import Comparison, Side, compare
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.task.task import Task


@dataclass(frozen=True)
class Measured:
    """What two prompts were measured on: the task, the target, the sealed examples, and both compositions.

    `cells` holds the cell keys of `incumbent` and `candidate` in the order of `examples`.
    """

    task: Task
    target: Target
    dataset: str
    examples: Sequence[Example]
    incumbent: Composition
    candidate: Composition
    cells: Mapping[str, Sequence[str]]


def measure(
    task: Task,
    target: Target,
    dataset: str,
    test: Sequence[Example],
    incumbent: Composition,
    candidate: Composition,
    evaluator: Evaluator,
    *,
    seed: int,
) -> tuple[Measured, Comparison]:
    """Ask for both prompts' answers to the test examples, as far as they aren't stored, and compare them."""
    answers = {
        name: Side(evaluator.answers(side, test)) for name, side in (("before", incumbent), ("after", candidate))
    }
    cells = {
        name: [question.key for question in evaluator.questions(side, test)]
        for name, side in (("incumbent", incumbent), ("candidate", candidate))
    }
    comparison = compare(task, test, answers["before"], answers["after"], np.random.default_rng(seed))
    return Measured(task, target, dataset, test, incumbent, candidate, cells), comparison
