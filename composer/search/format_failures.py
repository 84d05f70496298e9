"""Compositions that lose everything on every answer, and the snippets that may be the cause.

One snippet that breaks the format makes every answer malformed, whatever is beside it. Such answers carry no
information on the other snippets, and a model in which effects add up must not be fitted to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from composer.search.problem import Keys

FULL_LOSS = 0.999
"""Loss from which an answer counts as a full loss, which is what a malformed one has."""

CHANCE = 0.05
"""A composition fails where the incumbent would have as many full losses in a row no more often than that."""


class Paired(Protocol):
    """Whatever has an incumbent that compositions are paired with."""

    @property
    def incumbent(self) -> Keys:
        """The incumbent."""


def failing_compositions(problem: Paired, losses: Mapping[tuple[Keys, str], float]) -> frozenset[Keys]:
    """Return the compositions all of whose answers are full losses, though the incumbent's are not."""
    own: dict[Keys, list[float]] = {}
    for (keys, _), loss in losses.items():
        own.setdefault(keys, []).append(loss)
    usual = float(np.mean(own.get(problem.incumbent, [1.0])))
    return frozenset(
        keys
        for keys, some in own.items()
        if keys != problem.incumbent and min(some) >= FULL_LOSS and usual ** len(some) <= CHANCE
    )


def suspected_snippets(
    problem: Paired, working: Mapping[tuple[Keys, str], float], failing: frozenset[Keys]
) -> frozenset[str]:
    """Return the snippets that were only ever in failing compositions; `working` are the cells of all others."""
    cleared = {key for keys, _ in working for key in keys}
    return frozenset({key for keys in failing for key in keys} - cleared - set(problem.incumbent))
