"""How much each example tells, as far as a search's own answers show it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from composer.search.effect_model import EffectModel, Variances
from composer.search.problem import Keys, Problem
from composer.search.sensitivity import POWERS, Sensitivity, sensitivity, spreads


def told_by(
    problem: Problem, losses: Mapping[tuple[Keys, str], float], variances: Variances, power: float | None = None
) -> tuple[Sensitivity, float]:
    """Return what each example asked tells, and how signal grows with spread: `power`, or the likeliest."""
    spread = spreads(losses, variances.noise / variances.example)
    if power is None:
        found = [
            EffectModel(
                problem.place, problem.incumbent, losses, variances, sensitivity=sensitivity(spread, one)
            ).likelihood(variances)
            for one in POWERS
        ]
        # Rounded, so that every machine picks the same.
        power = POWERS[int(np.argmax(np.round(found, 6)))]
    return sensitivity(spread, power), power
