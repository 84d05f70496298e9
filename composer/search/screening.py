"""The compositions that a search by effects starts with: drawn so that each snippet comes about as often."""

from __future__ import annotations

import numpy as np

from composer.search.local_search import canonical
from composer.search.moves import added, smallest
from composer.search.problem import Keys, Problem


def screening_compositions(problem: Problem, kept: float, count: int, rng: np.random.Generator) -> list[Keys]:
    """Draw `count` compositions from the shuffled library, and return them without repeats and the incumbent.

    Each snippet of the incumbent is kept with probability `kept`. The library is gone through as a deck of
    cards: a snippet comes again only after all others have come.
    """
    deck: list[str] = []
    drawn = [_drawn(problem, kept, deck, rng) for _ in range(count)]
    return [keys for keys in dict.fromkeys(drawn) if keys != problem.incumbent]


def _drawn(problem: Problem, kept: float, deck: list[str], rng: np.random.Generator) -> Keys:
    composition = smallest(problem)
    for key in problem.incumbent:
        grown = canonical(problem, added(problem, composition, key))
        if key not in composition and rng.random() < kept and problem.allows(grown):
            composition = grown
    most = min(problem.rules.max_length, len(problem.snippets))
    if not most:
        return composition
    # Mostly short ones: in a long one, one snippet that harms hides all that help.
    often = 1 / np.square(np.arange(1, most + 1))
    length = 1 + int(rng.choice(most, p=often / often.sum()))
    passed: list[str] = []
    while len(composition) < length and len(passed) < len(problem.snippets):
        if not deck:
            deck += [problem.snippets[pick] for pick in rng.permutation(len(problem.snippets))]
        key = deck.pop()
        grown = canonical(problem, added(problem, composition, key))
        if key not in composition and len(grown) <= length and problem.allows(grown):
            composition = grown
        else:
            passed.append(key)
    return composition
