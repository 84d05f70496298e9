"""Successive halving over random compositions: many on a few examples, the better half on twice as many."""

from __future__ import annotations

from math import ceil

import numpy as np

from composer.search.problem import BudgetedScorer, SearchResult
from composer.search.random import draw_new

START = 4
"""Examples that every composition of the first rung is compared on."""


def halving(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
    """Race random compositions, doubling the examples and halving the compositions from rung to rung.

    As many start as the budget covers to the last rung, which has two left or all dev examples; all of a rung
    are compared on the same examples, paired with the incumbent (Jamieson & Talwalkar 2016, "Non-stochastic best
    arm identification"). Where the space holds fewer, the first rung takes more examples. The last rung's best
    is returned when it gains.
    """
    problem = scorer.problem
    examples = problem.examples
    start = min(START, len(examples))
    most = 0
    while cost(most + 1, start, len(examples)) <= scorer.left and most < scorer.budget:
        most += 1
    arms = draw_new(scorer, rng, most, {problem.incumbent})
    while start < len(examples) and 0 < len(arms) < most:
        if cost(len(arms), 2 * start, len(examples)) > scorer.left:
            break
        start *= 2
    few = len(arms) < most
    stopped = "every composition drawn was tried" if few else "the budget is spent"
    best, gain = problem.incumbent, 0.0
    size = min(start, len(examples))
    while arms:
        saved = scorer.gains([(keys, examples[:size]) for keys in arms])
        means = {keys: float(gains.mean()) for keys, gains in zip(arms, saved, strict=True)}
        ranked = sorted(arms, key=lambda keys: -means[keys])
        if len(arms) <= 2 or size == len(examples):
            best, gain = max((best, gain), (ranked[0], means[ranked[0]]), key=lambda end: end[1])
            break
        arms = ranked[: ceil(len(arms) / 2)]
        size = min(2 * size, len(examples))
    return SearchResult(best, gain, len(scorer.tried), stopped, "exhausted" if few else "budget")


def cost(arms: int, start: int, examples: int) -> int:
    """Return the cells halving takes from `arms` compositions on `start` of `examples`, the incumbent's too."""
    size = min(start, examples)
    cells = arms * size
    while arms > 2 and size < examples:
        arms, grown = ceil(arms / 2), min(2 * size, examples)
        cells += arms * (grown - size)
        size = grown
    return cells + size
