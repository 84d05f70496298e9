"""What a search could still come to: how likely any composition undercuts the bar, and how much is in sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from composer.search.effect_model import EffectModel
from composer.search.local_search import lowest, value_of
from composer.search.moves import smallest
from composer.search.problem import Keys, Problem

DRAWS = 64
"""Draws of the model that the probability is a share of: it is known to a few hundredths."""

HOPELESS = 0.05
"""Probability below which nobody would pay for more answers."""


@dataclass(frozen=True)
class Outlook:
    """`reachable` is the probability that some allowed composition has a mean loss below the bar.

    `more` is the loss, in [0, 1], that the composition which looks best would save over the leader: by the model's
    mean, not the best of many draws, each of which is lucky somewhere.
    """

    reachable: float
    more: float


def outlook(problem: Problem, model: EffectModel, leader: Keys, bar: float, rng: np.random.Generator) -> Outlook:
    """Look for the best composition in the model's mean and in each of `DRAWS` draws; the leader was seen."""
    starts = [smallest(problem), problem.incumbent, leader]
    mean = model.mean()
    _, best = lowest(problem, model, mean, starts)
    below = sum(lowest(problem, model, drawn, starts)[1] < bar for drawn in model.draws(DRAWS, rng))
    return Outlook(below / DRAWS, max(0.0, value_of(model, mean, leader) - best))


def beyond_reach(problem: Problem, model: EffectModel, leader: Keys, bar: float) -> bool:
    """Whether the model's mean, a single draw's work, has no composition below the bar."""
    return lowest(problem, model, model.mean(), [smallest(problem), problem.incumbent, leader])[1] >= bar
