"""The search strategies by name, those that DSPy's own optimizers drive included."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from composer.optimizer.gepa import gepa
from composer.optimizer.mipro import mipro
from composer.search.effects import effects
from composer.search.greedy import greedy
from composer.search.halving import halving
from composer.search.problem import BudgetedScorer, SearchResult
from composer.search.prune import prune
from composer.search.random import random
from composer.search.tpe import tpe
from library.errors import Refused

Strategy = Callable[[BudgetedScorer, np.random.Generator], SearchResult]

STRATEGIES: Mapping[str, Strategy] = {
    "effects": effects,
    "greedy": greedy,
    "halving": halving,
    "tpe": tpe,
    "mipro": mipro,
    "gepa": gepa,
    "prune": prune,
    "random": random,
}

DEFAULT_STRATEGY = "effects"

DEFAULT_BUDGET = 180
"""Cells a search may ask for where no budget is given: some minutes of an embedded model on two cores."""


def strategy_of(name: str) -> Strategy:
    """Return a strategy; raises `Refused` where none has this name."""
    if name not in STRATEGIES:
        raise Refused(f"no strategy is called {name}", fix=f"Choose one of: {', '.join(STRATEGIES)}.")
    return STRATEGIES[name]
