"""Which examples a composition is asked on next: a few at a visit, spread over all in play as they tell."""

from __future__ import annotations

from collections import Counter

from composer.search.problem import BudgetedScorer, Keys
from composer.search.sensitivity import Sensitivity


class ExampleBlocks:
    """The examples in play, handed out in turn, so that each is used about as often.

    `examples` are the first `active` of the problem's, and `size` of them, at most `most`, make a visit. Where a
    `sensitivity` is set, each is used as often as it says that an answer on it tells.
    """

    def __init__(self, scorer: BudgetedScorer, most: int, active: int) -> None:
        self._scorer = scorer
        self.examples = scorer.problem.examples[:active]
        self.size = min(most, len(self.examples))
        self.sensitivity: Sensitivity | None = None
        self._used: Counter[str] = Counter()
        self._turn = 0

    @property
    def all_in_play(self) -> bool:
        """Whether every example of the problem is in play."""
        return self.examples == self._scorer.problem.examples

    def bring_all_into_play(self) -> None:
        """Use every example of the problem from now on."""
        self.examples = self._scorer.problem.examples

    def next_for(self, keys: Keys) -> tuple[str, ...]:
        """Return the next examples a composition was not asked on, at most `size`; empty where none is left."""
        count = len(self.examples)
        in_turn = [self.examples[(self._turn + step) % count] for step in range(count)]
        fresh = [e for e in in_turn if (keys, e) not in self._scorer.known]
        if self.sensitivity is not None:
            tells = self.sensitivity.tells
            # Seats by highest averages (Webster): uses stay in proportion, and what was never used comes early.
            fresh.sort(key=lambda e: -round(tells(e) / (self._used[e] + 0.5), 9))
        fresh = fresh[: self.size]
        self._used.update(fresh)
        if fresh:
            self._turn = (self.examples.index(fresh[-1]) + 1) % count
        return tuple(fresh)

    def untried(self, keys: Keys) -> bool:
        """Whether a composition was asked on none of the examples in play."""
        return not any((keys, e) in self._scorer.known for e in self.examples)
