"""Measures two prompts on the sealed test split."""

from __future__ import annotations

import numpy as np

from composer.answers.evaluator import Evaluator
from composer.candidates.evidence import Measured, MeasurementPlan, ServedModel
from composer.evaluation.comparison import Side, compare
from composer.evaluation.outcomes import Comparison

UNREPORTED = "not reported"
"""What evidence names as the model of answers that came without a report of it, beside others with one."""


def measure(plan: MeasurementPlan, evaluator: Evaluator, *, seed: int) -> tuple[Measured, Comparison]:
    """Ask for both prompts' answers to the test examples, as far as they aren't stored, and compare them.

    `seed` drives the bootstrap. Raises what asking raises: an outage, or `Stopped`.
    """
    test = plan.examples
    before, after = (Side(evaluator.answers(side, test)) for side in (plan.incumbent, plan.candidate))
    rng = np.random.default_rng(seed)
    comparison = compare(plan.task, test, before, after, rng, prices=plan.target.prices)
    cells = [
        [question.key for question in evaluator.questions(side, test)] for side in (plan.incumbent, plan.candidate)
    ]
    reported = {(one.served_model, one.system_fingerprint) for one in (*before.answers, *after.answers)}
    # Silence counts beside reports alone: then it is an answer of another version than those.
    named = sorted((model or UNREPORTED, mark) for model, mark in reported) if any(map(any, reported)) else ()
    served = tuple(ServedModel(model=model, fingerprint=mark) for model, mark in named)
    return Measured(plan, {"incumbent": cells[0], "candidate": cells[1]}, served), comparison
