"""Compositions that spoil every answer, and the snippets that may be to blame.

One snippet that breaks the format makes every answer worthless, whatever stands beside it. Such answers say
nothing of the other snippets, and a model in which effects add up must not see them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from composer.search.problem import Keys, Problem

WORTHLESS = 0.999
"""Loss from which an answer is worth nothing."""

CHANCE = 0.05
"""A composition counts as spoilt where the incumbent would lose everything as often as that by chance."""


def spoilt_compositions(problem: Problem, losses: Mapping[tuple[Keys, str], float]) -> frozenset[Keys]:
    """Return the compositions all of whose answers are worthless, though the incumbent's are not."""
    own: dict[Keys, list[float]] = {}
    for (keys, _), loss in losses.items():
        own.setdefault(keys, []).append(loss)
    usual = float(np.mean(own.get(problem.incumbent, [1.0])))
    return frozenset(
        keys
        for keys, some in own.items()
        if keys != problem.incumbent and min(some) >= WORTHLESS and usual ** len(some) <= CHANCE
    )


def suspected(
    problem: Problem, sound: Mapping[tuple[Keys, str], float], spoilt: frozenset[Keys]
) -> frozenset[str]:
    """Return the snippets that only ever stood in spoilt compositions; `sound` are the cells of all others."""
    cleared = {key for keys, _ in sound for key in keys}
    return frozenset({key for keys in spoilt for key in keys} - cleared - set(problem.incumbent))
