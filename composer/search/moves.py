"""Compositions that the rules allow: drawn at random, or one edit away from another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from composer.search.problem import Keys, Problem


def smallest(problem: Problem) -> Keys:
    """Return the composition of those snippets alone that must stay, with what they require."""
    needed = {key for stays in problem.rules.stay for key in problem.rules.closure(stays)}
    kept = [key for key in problem.incumbent if key in needed]
    return problem.arranged([*kept, *(key for key in problem.snippets if key in needed and key not in kept)])


def added(problem: Problem, composition: Keys, key: str) -> Keys:
    """Return a composition with a snippet and all that it requires put at its end, pins in place."""
    wanted = problem.rules.closure(key)
    new = [other for other in problem.snippets if other in wanted and other not in composition]
    return problem.arranged((*composition, *new))


def dropped(problem: Problem, composition: Keys, key: str) -> Keys:
    """Return a composition without a snippet and without those that require it."""
    gone = problem.rules.dependants(key)
    return tuple(other for other in composition if other not in gone)


def draw(problem: Problem, rng: np.random.Generator, *, length: int | None = None) -> Keys:
    """Draw an allowed composition: snippets in random order, as many as fit up to `length` (or a random one).

    Returns the smallest composition where nothing more fits.
    """
    composition = smallest(problem)
    most = min(problem.rules.max_length, len(problem.snippets))
    if length is None:
        length = int(rng.integers(max(1, len(composition)), max(most, len(composition), 1) + 1))
    for pick in rng.permutation(len(problem.snippets)):
        if len(composition) >= length:
            break
        key = problem.snippets[pick]
        if key in composition:
            continue
        grown = added(problem, composition, key)
        if len(grown) <= length and problem.allows(grown):
            composition = grown
    return shuffled(problem, composition, rng)


def shuffled(problem: Problem, composition: Keys, rng: np.random.Generator) -> Keys:
    """Return a composition in random order, as far as pins allow; unchanged where order doesn't count."""
    return problem.arranged([composition[pick] for pick in rng.permutation(len(composition))])


def edits(problem: Problem, composition: Keys, snippets: Iterable[str]) -> list[Keys]:
    """Return every allowed addition, drop, swap and move of one snippet, additions first, each once.

    `snippets` are those that may come in; where order counts, a moved snippet goes to the front.
    """
    fresh = [key for key in snippets if key not in composition]
    ways = [added(problem, composition, key) for key in fresh]
    ways += [dropped(problem, composition, key) for key in composition]
    ways += [swapped(problem, composition, old, key) for old in composition for key in fresh]
    if problem.ordered:
        ways += [problem.arranged(move) for move in _to_the_front(composition)]
    return [way for way in dict.fromkeys(ways) if way != composition and problem.allows(way)]


def swapped(problem: Problem, composition: Keys, old: str, new: str) -> Keys:
    """Return a composition with one snippet in place of another; what they require comes and goes."""
    place = composition.index(old)
    rest = dropped(problem, composition, old)
    before = [key for key in rest if composition.index(key) < place]
    after = [key for key in rest if composition.index(key) > place]
    wanted = problem.rules.closure(new)
    come = [key for key in problem.snippets if key in wanted and key not in rest]
    return problem.arranged((*before, *come, *after))


def _to_the_front(composition: Sequence[str]) -> list[Keys]:
    return [
        (composition[place], *composition[:place], *composition[place + 1 :])
        for place in range(1, len(composition))
    ]
