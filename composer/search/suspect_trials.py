"""Trials of suspected snippets: each alone beside the incumbent, to see whether it was the one that failed."""

from __future__ import annotations

from collections.abc import Iterable

from composer.search.example_blocks import ExampleBlocks
from composer.search.local_search import canonical
from composer.search.moves import added, smallest
from composer.search.problem import Ask, Keys, Problem


class SuspectTrials:
    """Proposes a trial of each suspect, once, within `budget` cells.

    Without a trial, a good snippet that was drawn together with one that breaks the format would be lost.
    """

    def __init__(self, problem: Problem, blocks: ExampleBlocks, budget: float) -> None:
        self.problem, self.blocks, self.budget = problem, blocks, budget
        self._spent = 0

    def next(self, suspects: Iterable[str], most: int) -> list[Ask]:
        """Return the trials to ask now, `most` at a time; empty where none is left or the budget is spent."""
        room = int(self.budget - self._spent) // self.blocks.size
        asks: list[Ask] = []
        for key in sorted(suspects, key=self.problem.place.__getitem__):
            keys = self._alone(key)
            if self.blocks.untried(keys) and self.problem.allows(keys):
                asks.append((keys, self.blocks.next_for(keys)))
        asks = asks[: max(0, min(room, most))]
        self._spent += self.blocks.size * len(asks)
        return asks

    def _alone(self, key: str) -> Keys:
        """Return the incumbent with a snippet; or with what must stay alone, where that would be too long."""
        keys = canonical(self.problem, added(self.problem, self.problem.incumbent, key))
        if len(keys) > self.problem.rules.max_length:
            keys = canonical(self.problem, added(self.problem, smallest(self.problem), key))
        return keys
