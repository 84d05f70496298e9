"""Whether another order of the same snippets is better: a small race on examples all of them share."""

from __future__ import annotations

from itertools import permutations
from math import sqrt

import numpy as np

from composer.search.moves import shuffled
from composer.search.problem import BudgetedScorer, Keys, Problem

ORDERINGS = 6
"""Orders tried at most: k! of them are never worth their cells (Order Matters, ACL Findings 2025)."""

BLOCK = 8
"""Examples each order is first asked on."""

CLEAR = 2.6
"""Standard errors by which the best of the other orders must be ahead before it replaces the usual one."""


def best_order(scorer: BudgetedScorer, keys: Keys, rng: np.random.Generator) -> tuple[Keys, float]:
    """Return the order that is clearly better than the given one, with its gain over it; or the given one and 0.

    Asks what is left of the budget at most, on the examples the composition was asked on already.
    """
    examples = [e for e in scorer.problem.examples if (keys, e) in scorer.known]
    block = examples[:BLOCK]
    asks = [(other, block) for other in _others(scorer.problem, keys, rng)]
    while asks and scorer.cost(asks) > scorer.left:
        asks.pop()
    if not asks or len(block) < 2:
        return keys, 0.0
    usual = scorer.losses([(keys, examples)])[0]
    means = [float((usual[: len(block)] - own).mean()) for own in scorer.losses(asks)]
    ahead = asks[int(np.argmax(np.round(means, 9)))][0]
    affordable = len(block) + scorer.left
    own = scorer.losses([(ahead, examples[:affordable])])[0]
    saved = usual[: len(own)] - own
    gain, error = float(saved.mean()), float(saved.std(ddof=1)) / sqrt(len(saved))
    if gain <= CLEAR * error or gain <= 0:
        return keys, 0.0
    scorer.report(ahead, gain, len(own))
    return ahead, gain


def _others(problem: Problem, keys: Keys, rng: np.random.Generator) -> list[Keys]:
    """Return other orders of these snippets in random order: all of them where there are few."""
    if len(keys) <= 3:
        orders = list(permutations(keys))
        found = [problem.arranged(orders[pick]) for pick in rng.permutation(len(orders))]
    else:
        found = [shuffled(problem, keys, rng) for _ in range(2 * ORDERINGS)]
    return [other for other in dict.fromkeys(found) if other != keys and problem.allows(other)][:ORDERINGS]
