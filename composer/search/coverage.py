"""Compositions of snippets that no answer held yet: nothing is given up before each of them was tried."""

from __future__ import annotations

from collections.abc import Iterable

from composer.search.local_search import canonical
from composer.search.moves import added, smallest
from composer.search.problem import Keys, Problem

TOGETHER = 3
"""Untried snippets in one composition: in a longer one, one that breaks the format hides all that help."""


def untried_together(problem: Problem, tried: Iterable[Keys]) -> Keys | None:
    """Return the first few snippets in library order that are in none of `tried`, as a composition by themselves.

    What must stay is in it too. None where every snippet that the rules allow was tried.
    """
    held = {key for keys in tried for key in keys}
    composition = smallest(problem)
    for key in problem.snippets:
        if key in held:
            continue
        grown = canonical(problem, added(problem, composition, key))
        if len(set(grown) - held) <= TOGETHER and problem.allows(grown):
            composition = grown
        if len(set(composition) - held) >= TOGETHER:
            break
    return composition if set(composition) - held else None
