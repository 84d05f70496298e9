"""What a search sees: keys, examples, and a score that costs one cell an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Keys = tuple[str, ...]
Losses = NDArray[np.float64]


class Score(Protocol):
    """Losses of a composition on dev examples."""

    def __call__(self, composition: Keys, example_ids: Sequence[str], /) -> Losses:
        """Return losses in [0, 1], shape (len(example_ids),)."""


@dataclass(frozen=True)
class Problem:
    """One search problem.

    `snippets` in library order, `examples` the dev example ids in an order in which every prefix is a
    fair sample, `groups` maps a key to its group, of which at most one may stand in a composition.
    """

    snippets: Keys
    incumbent: Keys
    examples: tuple[str, ...]
    max_length: int
    score: Score
    groups: Mapping[str, str] = field(default_factory=dict)

    def allows(self, composition: Keys) -> bool:
        """Whether a composition keeps within the length, repeats nothing and takes at most one of a group."""
        groups = [self.groups[key] for key in composition if key in self.groups]
        return (
            len(composition) <= self.max_length
            and len(set(composition)) == len(composition)
            and len(set(groups)) == len(groups)
        )


@dataclass(frozen=True)
class Step:
    """One thing a search learnt: a composition compared with the incumbent on `examples` dev examples.

    `gain` is the mean paired loss saved, in [-1, 1]; `cells` is what the search has asked for so far.
    """

    keys: Keys
    gain: float
    examples: int
    cells: int


@dataclass(frozen=True)
class Found:
    """What a search ends with: its best composition, the gain it estimates, and why it stopped."""

    keys: Keys
    gain: float
    tried: int
    stopped: str


class BudgetSpent(Exception):
    """The next cells would go over the budget."""


class Budgeted:
    """Scores within a budget of unique cells and remembers every loss, so that repeats are free."""

    def __init__(self, problem: Problem, budget: int, on_step: Callable[[Step], None]) -> None:
        self.problem = problem
        self.budget = budget
        self.on_step = on_step
        self.losses: dict[tuple[Keys, str], float] = {}
        self.tried: set[Keys] = set()

    @property
    def cells(self) -> int:
        """Unique cells asked for so far."""
        return len(self.losses)

    def gain(self, composition: Keys, example_ids: Sequence[str]) -> Losses:
        """Return the paired losses saved against the incumbent, shape (len(example_ids),).

        Raises `BudgetSpent` before asking when the cells it needs don't fit, the incumbent's included.
        """
        incumbent = self.problem.incumbent
        needed = {(keys, e) for keys in (incumbent, composition) for e in example_ids} - self.losses.keys()
        if self.cells + len(needed) > self.budget:
            raise BudgetSpent
        saved = self._losses(incumbent, example_ids) - self._losses(composition, example_ids)
        if composition != incumbent:
            self.tried.add(composition)
            self.on_step(Step(composition, float(saved.mean()), len(example_ids), self.cells))
        return saved

    def _losses(self, composition: Keys, example_ids: Sequence[str]) -> Losses:
        missing = [e for e in example_ids if (composition, e) not in self.losses]
        if missing:
            for example, loss in zip(missing, self.problem.score(composition, missing), strict=True):
                self.losses[composition, example] = float(loss)
        return np.array([self.losses[composition, e] for e in example_ids])
