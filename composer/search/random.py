"""Random compositions, each on the same block of examples: the floor every strategy must beat."""

from __future__ import annotations

import numpy as np

from composer.search.problem import Budgeted, BudgetSpent, Found, Keys, Problem

BLOCK = 16
"""Examples each drawn composition is compared on."""

DRAWS = 10_000
"""Draws after which the space is taken to be exhausted."""


def random(scorer: Budgeted, rng: np.random.Generator) -> Found:
    """Draw compositions of every length uniformly and return the one with the best mean paired gain."""
    problem = scorer.problem
    block = problem.examples[:BLOCK]
    best, gain = problem.incumbent, 0.0
    try:
        for _ in range(DRAWS):
            keys = _draw(problem, rng)
            if keys in scorer.tried or not problem.allows(keys):
                continue
            saved = float(scorer.gain(keys, block).mean())
            if saved > gain:
                best, gain = keys, saved
    except BudgetSpent:
        return Found(best, gain, len(scorer.tried), "the budget is spent")
    return Found(best, gain, len(scorer.tried), "every composition drawn was tried")


def _draw(problem: Problem, rng: np.random.Generator) -> Keys:
    length = int(rng.integers(1, min(problem.max_length, len(problem.snippets)) + 1))
    return tuple(str(key) for key in rng.permutation(problem.snippets)[:length])
