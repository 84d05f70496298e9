"""The search strategies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from composer.search.greedy import greedy
from composer.search.problem import Budgeted, Found, Problem, Step
from composer.search.random import random

Strategy = Callable[[Budgeted, np.random.Generator], Found]

DEFAULT_BUDGET = 180
"""Cells a search may ask for where nobody says otherwise: some minutes of an embedded model on two cores."""

STRATEGIES: Mapping[str, Strategy] = {"greedy": greedy, "random": random}


def search(
    problem: Problem,
    *,
    strategy: str,
    budget: int,
    rng: np.random.Generator,
    on_step: Callable[[Step], None] = lambda _step: None,
) -> Found:
    """Search under a budget of unique dev cells; raises KeyError where no strategy has this name."""
    return STRATEGIES[strategy](Budgeted(problem, budget, on_step), rng)
