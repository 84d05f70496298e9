"""Which examples a composition is asked on next: a few at a visit, spread evenly over all in play."""

from __future__ import annotations

from composer.search.problem import BudgetedScorer, Keys


class ExampleBlocks:
    """The examples in play, handed out in turn, so that each is used about as often.

    `examples` are the first `active` of the problem's, and `size` of them, at most `most`, make a visit.
    """

    def __init__(self, scorer: BudgetedScorer, most: int, active: int) -> None:
        self._scorer = scorer
        self.examples = scorer.problem.examples[:active]
        self.size = min(most, len(self.examples))
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
        fresh = [e for e in in_turn if (keys, e) not in self._scorer.known][: self.size]
        if fresh:
            self._turn = (self.examples.index(fresh[-1]) + 1) % count
        return tuple(fresh)

    def untried(self, keys: Keys) -> bool:
        """Whether a composition was asked on none of the examples in play."""
        return not any((keys, e) in self._scorer.known for e in self.examples)
