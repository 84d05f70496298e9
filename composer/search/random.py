"""Random compositions, each on the same block of examples: the floor every strategy must beat."""

from __future__ import annotations

import numpy as np

from composer.search.budgeting import affordable
from composer.search.moves import draw
from composer.search.problem import BudgetedScorer, Keys, SearchResult

BLOCK = 16
"""Examples each drawn composition is compared on."""

AT_ONCE = 8
"""Compositions asked for together."""

MISSES = 1_000
"""Draws in a row that bring nothing new, after which the space is taken to be exhausted."""


def random(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
    """Draw compositions of every length at random and return the one with the best mean paired gain."""
    problem = scorer.problem
    block = problem.examples[:BLOCK]
    best, gain = problem.incumbent, 0.0
    seen = {problem.incumbent}
    while drawn := draw_new(scorer, rng, AT_ONCE, seen):
        asked = affordable(scorer, [(keys, block) for keys in drawn])
        for (keys, _), saved in zip(asked, scorer.gains(asked), strict=True):
            if saved.mean() > gain:
                best, gain = keys, float(saved.mean())
        if len(asked) < len(drawn):
            return SearchResult(best, gain, len(scorer.tried), "the budget is spent", "budget")
    return SearchResult(best, gain, len(scorer.tried), "every composition drawn was tried", "exhausted")


def draw_new(scorer: BudgetedScorer, rng: np.random.Generator, count: int, seen: set[Keys]) -> list[Keys]:
    """Draw up to `count` allowed compositions that aren't in `seen`, and add them to it."""
    drawn: list[Keys] = []
    misses = 0
    while len(drawn) < count and misses < MISSES:
        keys = draw(scorer.problem, rng)
        if keys in seen or not scorer.problem.allows(keys):
            misses += 1
            continue
        misses = 0
        seen.add(keys)
        drawn.append(keys)
    return drawn
