"""Leave one out: drop from the incumbent what does not help."""

from __future__ import annotations

from math import sqrt

import numpy as np

from composer.search.budgeting import affordable
from composer.search.moves import dropped
from composer.search.problem import BudgetedScorer, Keys, Losses, SearchResult

START = 4
"""Examples that every drop of a round is measured on first; they double from there."""


def prune(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
    """Drop snippets from the incumbent one by one, as long as a drop doesn't hurt beyond noise.

    Each round measures every drop on growing common blocks of examples, gives up those that lose more than two
    standard errors, and on the last block those that lose more than one: both against the composition so far
    and against the incumbent, so that small losses don't add up. The drop with the best mean is taken. The last
    block is the largest that leaves budget for all rounds.
    Shorter is preferred: a drop that neither gains nor loses is taken. Chance (`rng`) orders ties.
    """
    problem = scorer.problem
    leader, gain = problem.incumbent, 0.0
    order = {problem.snippets[pick]: place for place, pick in enumerate(rng.permutation(len(problem.snippets)))}
    rounds = len(leader) * (len(leader) + 1) // 2
    examples = problem.examples[: scorer.left // (1 + rounds)]
    while True:
        ways = [dropped(problem, leader, key) for key in sorted(leader, key=order.__getitem__)]
        ways = [way for way in dict.fromkeys(ways) if problem.allows(way)]
        if not ways:
            stopped = "no snippet is left that may be dropped" if leader else "there is nothing to prune"
            return SearchResult(leader, gain, len(scorer.tried), stopped, "exhausted")
        if not examples:
            return SearchResult(leader, gain, len(scorer.tried), "the budget is spent", "budget")
        harmless, whole = _harmless(scorer, leader, ways, examples)
        if harmless is not None:
            leader, gain = harmless
        elif whole:
            return SearchResult(leader, gain, len(scorer.tried), "every drop that is left would hurt", "settled")
        if not whole:
            return SearchResult(leader, gain, len(scorer.tried), "the budget is spent", "budget")


def _harmless(
    scorer: BudgetedScorer, leader: Keys, ways: list[Keys], examples: tuple[str, ...]
) -> tuple[tuple[Keys, float] | None, bool]:
    """Return the best harmless drop with its mean gain, if there is one, and whether the budget bore all."""
    size = START
    while True:
        block = examples[:size]
        asked = affordable(scorer, [(keys, block) for keys in (leader, *ways)])
        if len(asked) <= len(ways):
            return None, False
        base, *saved = scorer.gains(asked)
        last = size >= len(examples)
        limit = 1 if last else 2
        gains = {
            way: own
            for way, own in zip(ways, saved, strict=True)
            if _holds(own, limit) and _holds(own - base, limit)
        }
        ways = sorted(gains, key=lambda way: -float(gains[way].mean()))
        if not ways:
            return None, True
        if last:
            return (ways[0], float(gains[ways[0]].mean())), True
        size *= 2


def _holds(gains: Losses, errors: int) -> bool:
    """Whether these paired gains lose no more than so many standard errors."""
    error = float(gains.std(ddof=1)) / sqrt(len(gains)) if len(gains) > 1 else 0.0
    return float(gains.mean()) >= -errors * error
