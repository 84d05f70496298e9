"""Paired forward selection with swaps, moves and drops, raced on growing blocks of examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, sqrt

import numpy as np

from composer.search.problem import Budgeted, BudgetSpent, Found, Keys, Losses

BLOCKS = (4, 8, 16, 32)
"""Examples a challenger has been compared on after each heat of a race."""

ENOUGH = 16
"""Examples after which a best challenger that gains nothing ends its race."""

KEEP = 1 / 4
"""Share of the challengers that goes on from one heat to the next."""

PROMISING = 8
"""Snippets that the first race leaves in play for the later ones."""


def greedy(scorer: Budgeted, rng: np.random.Generator) -> Found:
    """Improve the incumbent one edit at a time until no edit helps or the budget is spent.

    The first race adds each snippet to the incumbent; the later ones try the most promising snippets as
    additions and swaps, and moving or dropping what is in. An edit is taken when its mean paired gain over
    the leader is at least one standard error. Chance (`rng`) only orders ties.
    """
    problem = scorer.problem
    leader, gain = problem.incumbent, 0.0
    order = {problem.snippets[pick]: place for place, pick in enumerate(rng.permutation(len(problem.snippets)))}
    promising: Sequence[str] = problem.snippets
    try:
        while True:
            challengers = [c for c in _edits(leader, promising) if problem.allows(c) and c not in scorer.tried]
            if not challengers:
                return Found(leader, gain, len(scorer.tried), "every edit of the leader was tried")
            best, gains, first = _race(scorer, leader, challengers, order)
            if promising is problem.snippets:
                promising = _promising(leader, first, order)
            if not _better(gains):
                return Found(leader, gain, len(scorer.tried), "no edit of the leader gains more than its noise")
            leader = best
            gain = float(scorer.gain(leader, problem.examples[: len(gains)]).mean())
    except BudgetSpent:
        return Found(leader, gain, len(scorer.tried), "the budget is spent")


def _edits(leader: Keys, snippets: Iterable[str]) -> list[Keys]:
    """Return every addition, swap, drop and move of one snippet, additions first, each once."""
    fresh = [key for key in snippets if key not in leader]
    places = range(len(leader))
    added = [(*leader, key) for key in fresh]
    dropped = [leader[:place] + leader[place + 1 :] for place in places]
    swapped = [(*leader[:place], key, *leader[place + 1 :]) for place in places for key in fresh[:2]]
    moved = [(leader[place], *leader[:place], *leader[place + 1 :]) for place in places if place]
    return list(dict.fromkeys([*added, *dropped, *swapped, *moved]))


def _race(
    scorer: Budgeted, leader: Keys, challengers: Sequence[Keys], order: dict[str, int]
) -> tuple[Keys, Losses, dict[Keys, float]]:
    """Return the winner, its paired gains over the leader, and every challenger's mean gain in the first heat."""
    examples = scorer.problem.examples
    first: dict[Keys, float] = {}
    standing = list(challengers)
    gains: dict[Keys, Losses] = {}
    for size in BLOCKS:
        block = examples[:size]
        base = scorer.gain(leader, block)
        gains = {challenger: scorer.gain(challenger, block) - base for challenger in standing}
        means = {challenger: float(saved.mean()) for challenger, saved in gains.items()}
        first = first or means
        standing.sort(key=lambda keys: (-means[keys], [order[key] for key in keys]))
        standing = standing[: max(2, ceil(len(standing) * KEEP))]
        hopeless = size >= ENOUGH and means[standing[0]] <= 0
        if hopeless or size >= len(examples):
            break
    return standing[0], gains[standing[0]], first


def _promising(leader: Keys, first: dict[Keys, float], order: dict[str, int]) -> list[str]:
    added = {keys[-1]: gain for keys, gain in first.items() if len(keys) > len(leader) and gain > 0}
    return sorted(added, key=lambda key: (-added[key], order[key]))[:PROMISING]


def _better(gains: Losses) -> bool:
    mean = float(gains.mean())
    error = float(gains.std(ddof=1)) / sqrt(len(gains)) if len(gains) > 1 else 0.0
    return mean > 0 and mean >= error
