"""What each snippet does on each target: those that help one and hurt another first. All are search estimates.

An effect is next to the prompt that was in use on its target then: two of them differ by that too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from composer.confidence import Z
from composer.curation.worth import LibraryWorth, Worth, saved


@dataclass(frozen=True)
class SnippetEffects:
    """What one snippet did in the newest search of a task on each of its targets, by target.

    `opposite` is whether it clearly helps on one and clearly hurts on another. `apart` is the largest difference
    between two of the effects, in standard errors of that difference.
    """

    key: str
    on: Mapping[str, Worth]

    @property
    def helps(self) -> tuple[str, ...]:
        """The targets on which it clearly helps."""
        return self._clearly("better")

    @property
    def hurts(self) -> tuple[str, ...]:
        """The targets on which it clearly hurts."""
        return self._clearly("worse")

    @property
    def opposite(self) -> bool:
        """Whether it clearly helps on one target and clearly hurts on another."""
        return bool(self.helps and self.hurts)

    @property
    def apart(self) -> float:
        """The largest difference between two targets, in standard errors of that difference; 0 for one target."""
        ends = [saved(one.effect) for one in self.on.values() if one.effect]
        return max((_apart(one, other) for one, other in combinations(ends, 2)), default=0.0)

    def _clearly(self, direction: str) -> tuple[str, ...]:
        return tuple(name for name, one in self.on.items() if one.effect and one.effect.direction == direction)


def effects_by_target(worth: LibraryWorth, task: str) -> tuple[SnippetEffects, ...]:
    """Return the snippets that searches of a task tried on two targets or more.

    Those with opposite clear effects come first, then those whose effects are furthest apart for their intervals.
    """
    found = []
    for key, each in worth.snippets.items():
        on = {one.target: one for one in each if one.task == task and one.effect is not None}
        if len(on) > 1:
            found.append(SnippetEffects(key, dict(sorted(on.items()))))
    return tuple(sorted(found, key=lambda one: (not one.opposite, -one.apart, one.key)))


def _apart(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    errors = [(high - low) / (2 * Z) for _, low, high in (one, other)]
    error = sqrt(sum(each**2 for each in errors))
    return abs(one[0] - other[0]) / error if error else 0.0
