"""What a search sees: keys, examples, rules, and a score that costs one cell an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from composer.search.constraints import Keys as Keys
from composer.search.constraints import Rules

if TYPE_CHECKING:
    from composer.search.prior import Prior

Losses = NDArray[np.float64]
Ask = tuple[Keys, Sequence[str]]
"""A composition and the dev examples to score it on."""

Reason = Literal["budget", "exhausted", "settled", "futile", "unreachable"]


class Score(Protocol):
    """Losses of compositions on dev examples, several compositions at a time."""

    def __call__(self, asked: Sequence[Ask], /) -> Sequence[Losses]:
        """Return the losses of each ask, in [0, 1], shape (len(its examples),), in the order asked."""


@dataclass(frozen=True, kw_only=True)
class Space:
    """The compositions there are: of `snippets`, which are in library order, as `rules` allow.

    Where `ordered` is false a composition is a set and its keys are in library order.
    """

    snippets: Keys
    rules: Rules
    ordered: bool = True

    def arranged(self, keys: Sequence[str]) -> Keys:
        """Return these keys as a composition: pins in place; in library order where order doesn't count."""
        order = tuple(keys) if self.ordered else tuple(sorted(keys, key=self.place.__getitem__))
        return self.rules.arranged(order)

    def allows(self, composition: Keys) -> bool:
        """Whether a search may propose this composition."""
        return self.rules.allows(composition) and (self.ordered or composition == self.arranged(composition))

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Each key's place in library order."""
        return {key: place for place, key in enumerate(self.snippets)}


@dataclass(frozen=True, kw_only=True)
class Problem(Space):
    """One search problem.

    `examples` are the dev example ids in an order in which every prefix is a fair sample. `tags` maps a key to
    what its curator tagged it with. `parallel` is how many answers are given side by side: a search may ask for
    so many at once, whose order of arrival changes nothing. `bar` is the mean loss, in [0, 1], that a composition
    must undercut to be of any use, None where all that counts is the incumbent: a search may end as soon as the
    answers show that none will. `prior` is what other targets' answers let expect of the snippets, None where
    nothing is known.
    """

    incumbent: Keys
    examples: tuple[str, ...]
    score: Score
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parallel: int = 1
    bar: float | None = None
    prior: Prior | None = None


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
class SearchResult:
    """What a search ends with: its best composition, the gain it estimates, and why it stopped.

    `stopped` is `reason` as a clause for people; `reachable` is the probability, by all that was answered, that
    some composition undercuts the problem's bar, and `more` the loss that the composition which looks best
    would save over it: both None where the problem has no bar.
    """

    keys: Keys
    gain: float
    tried: int
    stopped: str
    reason: Reason = "budget"
    reachable: float | None = None
    more: float | None = None


class BudgetSpent(Exception):
    """The next cells would go over the budget."""


class BudgetedScorer:
    """Scores within a budget of unique cells and remembers every loss, so that repeats are free.

    `known` maps (composition, example id) to the loss.
    """

    def __init__(self, problem: Problem, budget: int, on_step: Callable[[Step], None]) -> None:
        self.problem = problem
        self.budget = budget
        self.on_step = on_step
        self.known: dict[tuple[Keys, str], float] = {}
        self.tried: set[Keys] = set()

    @property
    def cells(self) -> int:
        """Unique cells asked for so far."""
        return len(self.known)

    @property
    def left(self) -> int:
        """Cells that the budget still allows."""
        return self.budget - self.cells

    def cost(self, asked: Sequence[Ask]) -> int:
        """Return how many unique cells these asks need that are not known yet."""
        return len({(keys, e) for keys, examples in asked for e in examples} - self.known.keys())

    def losses(self, asked: Sequence[Ask]) -> list[Losses]:
        """Return the losses of each ask, shape (len(its examples),), all asked for at once.

        Raises `BudgetSpent` before asking when the cells they need don't fit.
        """
        if self.cost(asked) > self.left:
            raise BudgetSpent
        missing: dict[Keys, list[str]] = {}
        for keys, examples in asked:
            own = missing.setdefault(keys, [])
            own += [e for e in dict.fromkeys(examples) if (keys, e) not in self.known and e not in own]
        wanted = [(keys, examples) for keys, examples in missing.items() if examples]
        if wanted:
            for (keys, examples), losses in zip(wanted, self.problem.score(wanted), strict=True):
                self.known |= {(keys, e): float(loss) for e, loss in zip(examples, losses, strict=True)}
        self.tried |= missing.keys() - {self.problem.incumbent}
        return [np.array([self.known[keys, e] for e in examples]) for keys, examples in asked]

    def gains(self, asked: Sequence[Ask]) -> list[Losses]:
        """Return the paired losses saved against the incumbent, shape (len(its examples),) for each ask.

        Raises `BudgetSpent` before asking when the cells it needs don't fit, the incumbent's included.
        """
        incumbent = self.problem.incumbent
        both = self.losses([*((incumbent, examples) for _, examples in asked), *asked])
        saved = [was - now for was, now in zip(both[: len(asked)], both[len(asked) :], strict=True)]
        for (keys, examples), gain in zip(asked, saved, strict=True):
            if keys != incumbent:
                self.report(keys, float(gain.mean()), len(examples))
        return saved

    def gain(self, composition: Keys, example_ids: Sequence[str]) -> Losses:
        """Return the paired losses that one composition saves; raises what `gains` raises."""
        return self.gains([(composition, example_ids)])[0]

    def report(self, keys: Keys, gain: float, examples: int) -> None:
        """Report the gain of a composition to whoever watches the search."""
        self.on_step(Step(keys, gain, examples, self.cells))
