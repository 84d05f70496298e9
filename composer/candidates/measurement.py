"""Measures two prompts on the sealed test split."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from composer.answers.evaluator import Evaluator
from composer.candidates.evidence import Measured
from composer.data.examples import Example
from composer.evaluation.comparison import Side, compare
from composer.evaluation.outcomes import Comparison
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.task.task import Task


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
