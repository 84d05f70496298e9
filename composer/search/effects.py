"""Models what each snippet adds, and asks where a draw from that model says the best composition is."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np
from threadpoolctl import threadpool_limits

from composer.search.effect_model import EffectModel, Effects, Variances
from composer.search.format_failures import failing_compositions, suspected_snippets
from composer.search.local_search import canonical, lowest, value_of
from composer.search.moves import added, smallest
from composer.search.orders import best_order
from composer.search.problem import Ask, BudgetedScorer, Keys, Reason, SearchResult


@dataclass(frozen=True)
class Settings:
    """How a search by effects spends its budget; all shares are of the budget.

    A composition gets `block` examples at a visit; more examples come into play only when each would be used
    `visits` times. `anchor` goes to the incumbent, `screen` to compositions dealt from the library, mostly
    short ones, in which each snippet of the incumbent is `kept` with this probability; at most `trials` to
    single snippets that stood in failing compositions; `race` to the few that lead, and `order` to the order of
    the winner's snippets where order counts. The rest follows Thompson samples, several at once, in about
    `rounds` rounds, each taken some way back to the mean: in a sample of many snippets some always seem to help
    by luck, and a short search never gets to the bottom of them all.

    The leader is the composition with the largest gain less `caution` standard deviations of it. A search
    ends early when over the last `window` samples going on is worth less than `least` (loss, in [0, 1]).
    """

    block: int = 4
    visits: int = 6
    anchor: float = 0.1
    screen: float = 0.15
    trials: float = 0.2
    kept: float = 0.7
    race: float = 0.25
    order: float = 0.1
    rounds: int = 40
    caution: float = 0.5
    least: float = 0.002
    window: int = 32
    prior: Variances = field(default_factory=Variances)


def effects(scorer: BudgetedScorer, rng: np.random.Generator, settings: Settings = Settings()) -> SearchResult:
    """Screen, follow Thompson samples of a model of snippet effects, race those that lead.

    Every composition is asked on a few examples only; one shrunken model of snippets, pairs and examples
    (`model`) learns from all of them together, and a composition is asked for as often as the model takes
    it to be the best (Thompson 1933; Russo et al. 2018, "A tutorial on Thompson sampling").
    """
    # The matrices are small: more threads would only wait for one another, and take cores from a local model.
    with threadpool_limits(1, user_api="blas"):
        return _Search(scorer, rng, settings).run()


class _Search:
    def __init__(self, scorer: BudgetedScorer, rng: np.random.Generator, settings: Settings) -> None:
        self.scorer, self.rng, self.settings = scorer, rng, settings
        self.whole = self.problem = scorer.problem
        whole = len(self.problem.examples)
        active = max(2 * settings.block, scorer.budget // settings.visits)
        self.examples = self.problem.examples[: min(whole, active)]
        self.block = min(settings.block, len(self.examples))
        few_rounds = scorer.budget // (settings.rounds * self.block)
        self.at_once = max(1, few_rounds, ceil(self.problem.parallel / self.block))
        self.index = self.whole.place
        self.variances = settings.prior
        self.suspects: frozenset[str] = frozenset()
        self.on_trials = 0
        self.tuned_at = 0
        self.next_example = 0
        self.worth: deque[float] = deque(maxlen=settings.window)
        self.promise: deque[bool] = deque(maxlen=settings.window)
        self.reserve = int(settings.order * scorer.budget) if self.problem.ordered else 0

    def run(self) -> SearchResult:
        incumbent = self.problem.incumbent
        if not self.problem.allows(smallest(self.problem)):
            return SearchResult(incumbent, 0.0, 0, "the rules allow no composition", "exhausted")
        anchors = max(self.block, min(len(self.examples), int(self.settings.anchor * self.scorer.budget)))
        if not self._ask([(incumbent, self.examples[:anchors])]):
            return SearchResult(incumbent, 0.0, 0, "the budget is spent", "budget")
        for dealt in self._screen():
            if not self._ask(dealt):
                return self._found("budget")
        while True:
            model = self._fitted()
            leader = self._leader(model)
            stop = self._should_stop(leader)
            if stop is not None:
                return self._found(stop)
            asks = self._trials() or self._next(model, leader)
            if asks and not self._ask(asks):
                return self._found("budget")
            if not asks and self.examples == self.problem.examples:
                return self._found("exhausted")
            if not asks:
                self.examples = self.problem.examples

    # Asking

    def _ask(self, asks: Sequence[Ask]) -> bool:
        """Ask for as many of these as the budget allows; False where that is none.

        What is kept for the order of the winner's snippets is given up when there is no winner.
        """
        fitting = list(asks)
        while fitting and self.scorer.cost(fitting) > self.scorer.left - self.reserve:
            fitting.pop()
        if not fitting and self.reserve and self._leader(self._fitted()) == self.problem.incumbent:
            self.reserve = 0
            return self._ask(asks)
        if not fitting:
            return False
        self.scorer.losses(fitting)
        return True

    def _block(self, keys: Keys) -> tuple[str, ...]:
        """Return the next examples a composition was not asked on, going round all of them in turn."""
        size = len(self.examples)
        turn = [self.examples[(self.next_example + step) % size] for step in range(size)]
        fresh = [e for e in turn if (keys, e) not in self.scorer.known][: self.block]
        if fresh:
            self.next_example = (self.examples.index(fresh[-1]) + 1) % size
        return tuple(fresh)

    def _screen(self) -> list[list[Ask]]:
        """Deal compositions from the shuffled library until each snippet was dealt as often as can be paid."""
        budget = self.settings.screen * self.scorer.budget
        dealt: list[Ask] = []
        deck: list[str] = []
        met: set[Keys] = set()
        for _ in range(int(budget // self.block)):
            keys = self._deal(deck)
            if keys in met or keys == self.problem.incumbent:
                continue
            met.add(keys)
            dealt.append((keys, self._block(keys)))
        return [dealt[start : start + self.at_once] for start in range(0, len(dealt), self.at_once)]

    def _deal(self, deck: list[str]) -> Keys:
        problem, rng = self.problem, self.rng
        composition = smallest(problem)
        for key in problem.incumbent:
            grown = canonical(problem, added(problem, composition, key))
            if key not in composition and rng.random() < self.settings.kept and problem.allows(grown):
                composition = grown
        most = min(problem.rules.max_length, len(problem.snippets))
        if not most:
            return composition
        # Mostly short ones: in a long one, one snippet that harms hides all that help.
        often = 1 / np.square(np.arange(1, most + 1))
        length = 1 + int(rng.choice(most, p=often / often.sum()))
        passed: list[str] = []
        while len(composition) < length and len(passed) < len(problem.snippets):
            if not deck:
                deck += [problem.snippets[pick] for pick in rng.permutation(len(problem.snippets))]
            key = deck.pop()
            grown = canonical(problem, added(problem, composition, key))
            if key not in composition and len(grown) <= length and problem.allows(grown):
                composition = grown
            else:
                passed.append(key)
        return composition

    # Learning

    def _fitted(self) -> EffectModel:
        failing = failing_compositions(self.whole, self.scorer.known)
        known = {cell: loss for cell, loss in self.scorer.known.items() if cell[0] not in failing}
        suspects = self.suspects = suspected_snippets(self.whole, known, failing)
        kept = tuple(key for key in self.whole.snippets if key not in suspects)
        if kept != self.problem.snippets:
            self.problem = replace(self.whole, snippets=kept)
        model = EffectModel(self.index, self.problem.incumbent, known, self.variances)
        if self.scorer.cells >= 1.3 * self.tuned_at:
            model = model.tuned(self.settings.prior)
            self.variances, self.tuned_at = model.variances, self.scorer.cells
        return model

    def _leader(self, model: EffectModel) -> Keys:
        """Return the composition that gains most over the incumbent, less some of the doubt about its gain."""
        incumbent = self.problem.incumbent
        gains, spread = model.gains_over(incumbent)
        careful = np.round(gains - self.settings.caution * spread, 9)
        for place in np.argsort(-careful, kind="stable"):
            keys: Keys = model.seen[int(place)]
            if keys == incumbent:
                break
            if self.problem.allows(keys):
                self.scorer.report(keys, float(gains[place]), model.examples_of(keys))
                return keys
        return incumbent

    def _next(self, model: EffectModel, leader: Keys) -> list[Ask]:
        racing = self.scorer.left <= self.settings.race * self.scorer.budget
        starts = [smallest(self.problem), self.problem.incumbent, leader]
        mean = model.mean()
        asks: list[Ask] = []
        if racing:
            hoped, _ = lowest(self.problem, model, mean, starts)
            if hoped not in model.row and (block := self._block(hoped)):
                asks.append((hoped, block))
        for sampled in model.draws(2 * self.at_once, self.rng):
            if len(asks) >= self.at_once:
                break
            keys = self._best(model, sampled.towards(mean, self.rng.random()), starts, racing)
            value = value_of(model, sampled, keys)
            self.worth.append(value_of(model, sampled, leader) - value)
            self.promise.append(value_of(model, sampled, self.problem.incumbent) - value > self.settings.least)
            if keys in dict(asks):
                continue
            if block := self._block(keys):
                asks.append((keys, block))
        return asks or self._unfinished(model, mean)

    def _best(self, model: EffectModel, sampled: Effects, starts: list[Keys], racing: bool) -> Keys:
        if racing and any(self.problem.allows(keys) for keys in model.seen):
            starts = []  # those seen alone
        return lowest(self.problem, model, sampled, starts)[0]

    def _unfinished(self, model: EffectModel, mean: Effects) -> list[Ask]:
        """Return the best of the compositions that some example is left for."""
        values = np.round(mean.at(model.z) + mean.own, 9)
        for place in np.argsort(values, kind="stable"):
            keys = model.seen[place]
            if self.problem.allows(keys) and (block := self._block(keys)):
                return [(keys, block)]
        return []

    def _trials(self) -> list[Ask]:
        """Return trials of snippets that only ever stood in failing compositions: each alone beside the incumbent.

        Without a trial, a good snippet that was dealt together with one that breaks the format would be lost.
        """
        room = int(self.settings.trials * self.scorer.budget - self.on_trials) // self.block
        asks: list[Ask] = []
        for key in sorted(self.suspects, key=self.index.__getitem__):
            keys = canonical(self.whole, added(self.whole, self.whole.incumbent, key))
            if len(keys) > self.whole.rules.max_length:
                keys = canonical(self.whole, added(self.whole, smallest(self.whole), key))
            fresh = not any((keys, e) in self.scorer.known for e in self.examples)
            if fresh and self.whole.allows(keys):
                asks.append((keys, self._block(keys)))
        asks = asks[: max(0, min(room, self.at_once))]
        self.on_trials += self.block * len(asks)
        return asks

    # Ending

    def _should_stop(self, leader: Keys) -> Reason | None:
        if len(self.worth) < self.settings.window:
            return None
        if leader == self.problem.incumbent and np.mean(self.promise) < 0.05:
            return "futile"
        if np.mean(self.worth) < self.settings.least:
            return "settled"
        return None

    def _found(self, reason: Reason) -> SearchResult:
        model = self._fitted()
        leader, mean, incumbent = self._leader(model), model.mean(), self.problem.incumbent
        gain = value_of(model, mean, incumbent) - value_of(model, mean, leader)
        if leader != incumbent and self.problem.ordered:
            leader, more = best_order(self.scorer, leader, self.rng)
            gain += more
        return SearchResult(leader, gain, len(self.scorer.tried), _in_words(reason, self.settings), reason)


def _in_words(reason: Reason, settings: Settings) -> str:
    return {
        "budget": "the budget is spent",
        "exhausted": "every composition worth asking was measured on every example",
        "settled": f"going on would gain less than {settings.least:g} of loss",
        "futile": f"no snippet gains {settings.least:g} of loss over the incumbent",
    }[reason]
