"""What strategies share: asking for no more than the budget covers, and the best composition of those known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from composer.search.problem import Ask, BudgetedScorer, Keys

EVALUATIONS = 16
"""Compositions that a strategy of full evaluations must be able to pay for; its full sets shrink till it can."""


def affordable(scorer: BudgetedScorer, asked: Sequence[Ask]) -> list[Ask]:
    """Return the longest start of these asks whose gains the budget covers, the incumbent's cells included."""
    chosen: list[Ask] = []
    cells: set[tuple[Keys, str]] = set()
    for keys, examples in asked:
        pair = ((one, example) for one in (scorer.problem.incumbent, keys) for example in examples)
        cells |= {cell for cell in pair if cell not in scorer.known}
        if len(cells) > scorer.left:
            break
        chosen.append((keys, examples))
    return chosen


def full_set(scorer: BudgetedScorer) -> tuple[str, ...]:
    """Return the examples of a full evaluation: all of dev, or as many as leave room for `EVALUATIONS`."""
    return scorer.problem.examples[: max(1, scorer.left // EVALUATIONS)]


def best_known(scorer: BudgetedScorer, full: Sequence[str], *, partly: bool = False) -> tuple[Keys, float]:
    """Return the composition that saves most against the incumbent on `full`, and its mean paired gain.

    Counted are the compositions known on all of `full`; with `partly`, where only the incumbent is, the best
    mean over what is known. Returns the incumbent and 0 where none gains. The incumbent must be known on `full`.
    """
    incumbent = scorer.problem.incumbent
    wanted = set(full)
    saved: dict[Keys, list[float]] = {}
    for (keys, example), loss in scorer.known.items():
        if keys != incumbent and example in wanted:
            saved.setdefault(keys, []).append(scorer.known[incumbent, example] - loss)
    whole = {keys: gains for keys, gains in saved.items() if len(gains) == len(wanted)}
    means = {keys: float(np.mean(gains)) for keys, gains in (whole or (saved if partly else {})).items()}
    best = max(means, key=means.__getitem__, default=incumbent)
    return (best, means[best]) if means.get(best, 0.0) > 0 else (incumbent, 0.0)
