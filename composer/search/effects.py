"""Models what each snippet adds, and asks the compositions that are best in draws from that model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np
from threadpoolctl import threadpool_limits

from composer.search.coverage import untried_together
from composer.search.effect_model import EffectModel, Variances
from composer.search.example_blocks import ExampleBlocks
from composer.search.learning import OWN_ANSWERS, Learner
from composer.search.local_search import value_of
from composer.search.moves import smallest
from composer.search.orders import best_order
from composer.search.outlook import HOPELESS, Outlook, beyond_reach, outlook
from composer.search.problem import Ask, BudgetedScorer, Keys, Reason, SearchResult
from composer.search.screening import screening_compositions
from composer.search.stopping import StoppingRule
from composer.search.suspect_trials import SuspectTrials
from composer.search.thompson import ThompsonProposals


@dataclass(frozen=True)
class Settings:
    """How a search by effects spends its budget; all shares are of the budget.

    A composition gets `block` examples at a visit; more examples come into play only when each would be used
    `visits` times. `anchor` goes to the incumbent, `screen` to compositions drawn from the library, mostly
    short ones, in which each snippet of the incumbent is `kept` with this probability, after `promised` ones that
    look best by what is known of other targets, where anything is; at most `trials` to
    single snippets that were in failing compositions; `race` to the few that lead, and `order` to the order of
    the winner's snippets where order counts. The rest follows Thompson samples, several at once, in about
    `rounds` rounds.

    With `telling`, an example is asked as often as an answer on it tells, and its answers are weighed by that.
    With `crowding`, short compositions are asked where any snippet is seen to do harm on average.

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
    promised: int = 3
    telling: bool = True
    crowding: bool = True
    prior: Variances = field(default_factory=Variances)


EVEN = Settings(telling=False, crowding=False)
"""Every example is asked about as often, whatever it tells, and no length is favoured: for comparison."""

DEFAULT = Settings()
"""How a run searches."""


def effects(scorer: BudgetedScorer, rng: np.random.Generator, settings: Settings = DEFAULT) -> SearchResult:
    """Screen, follow Thompson samples of a model of snippet effects, race those that lead.

    Every composition is asked on a few examples only; one shrunken model of snippets, pairs and examples
    (`EffectModel`) learns from all of them together, and a composition is asked for as often as the model takes
    it to be the best (Thompson 1933; Russo et al. 2018, "A tutorial on Thompson sampling").
    """
    # The matrices are small: more threads would only wait for one another, and take cores from a local model.
    with threadpool_limits(1, user_api="blas"):
        return _Search(scorer, rng, settings).run()


class _Search:
    """One search, step by step; what it knows is in its parts: the learner, the examples, the stopping rule.

    `reserve` is the part of the budget kept for the order of the winner's snippets.
    """

    def __init__(self, scorer: BudgetedScorer, rng: np.random.Generator, settings: Settings) -> None:
        self.scorer, self.rng, self.settings = scorer, rng, settings
        active = max(2 * settings.block, scorer.budget // settings.visits)
        self.blocks = ExampleBlocks(scorer, settings.block, active)
        few_rounds = scorer.budget // (settings.rounds * self.blocks.size)
        self.at_once = max(1, few_rounds, ceil(scorer.problem.parallel / self.blocks.size))
        self.learner = Learner(scorer, settings.prior, settings.caution, telling=settings.telling)
        self.stopping = StoppingRule(settings.window, settings.least)
        self.trials = SuspectTrials(scorer.problem, self.blocks, settings.trials * scorer.budget)
        self.proposals = ThompsonProposals(
            self.blocks, self.stopping, rng, self.at_once, crowding=settings.crowding
        )
        self.reserve = int(settings.order * scorer.budget) if scorer.problem.ordered else 0

    def run(self) -> SearchResult:
        incumbent, blocks = self.scorer.problem.incumbent, self.blocks
        if not self.scorer.problem.allows(smallest(self.scorer.problem)):
            return SearchResult(incumbent, 0.0, 0, "the rules allow no composition", "exhausted")
        anchors = max(blocks.size, min(len(blocks.examples), int(self.settings.anchor * self.scorer.budget)))
        if not self._ask([(incumbent, blocks.examples[:anchors])]):
            return SearchResult(incumbent, 0.0, 0, "the budget is spent", "budget")
        for asks in self._first():
            if not self._ask(asks):
                return self._found("budget")
        while True:
            model = self.learner.fit()
            blocks.sensitivity = self.learner.sensitivity
            leader = self.learner.leader(model)
            stop = self.stopping.reason(none_leads=leader == incumbent)
            if stop is not None:
                return self._found(stop)
            asks = []
            if self._beyond_reach(self.learner.judged or model, leader):
                asks = self._untried()
                if not asks and self._hopeless(self.learner.judged or model, leader):
                    return self._found("unreachable")
            racing = self.scorer.left <= self.settings.race * self.scorer.budget
            asks = asks or self.trials.next(self.learner.suspects, self.at_once)
            asks = asks or self.proposals.next(
                self.learner.problem, model, leader, racing=racing, known=self.learner.known
            )
            if asks and not self._ask(asks):
                return self._found("budget")
            if not asks and blocks.all_in_play:
                return self._found("exhausted")
            if not asks:
                blocks.bring_all_into_play()

    def _ask(self, asks: Sequence[Ask]) -> bool:
        """Ask for as many of these as the budget allows; False where that is none.

        The reserve for the order of the winner's snippets is given up when there is no winner.
        """
        fitting = list(asks)
        while fitting and self.scorer.cost(fitting) > self.scorer.left - self.reserve:
            fitting.pop()
        if not fitting and self.reserve:
            leader = self.learner.leader(self.learner.fit())
            if leader == self.scorer.problem.incumbent:
                self.reserve = 0
                return self._ask(asks)
        if not fitting:
            return False
        self.scorer.losses(fitting)
        return True

    def _first(self) -> Iterator[list[Ask]]:
        """Yield the compositions to start with, in rounds: what a prior promises, and what screens the library.

        The less of the library is screened the more of the prior these compositions bear out.
        """
        if self.scorer.problem.prior is not None:
            for _ in range(self.settings.promised):
                model = self.learner.fit()  # which also decides what the problem holds
                if asks := self.proposals.promised(self.learner.problem, model):
                    yield asks
            self.learner.fit()
        yield from self._screen(1 - self.learner.known * min(1.0, OWN_ANSWERS / self.scorer.budget))

    def _screen(self, share: float) -> list[list[Ask]]:
        """Return the compositions that screen the library: as many as this share of what that may cost pays."""
        count = int(share * self.settings.screen * self.scorer.budget // self.blocks.size)
        drawn = screening_compositions(self.scorer.problem, self.settings.kept, count, self.rng)
        asks: list[Ask] = [(keys, self.blocks.next_for(keys)) for keys in drawn]
        return [asks[start : start + self.at_once] for start in range(0, len(asks), self.at_once)]

    def _beyond_reach(self, model: EffectModel, leader: Keys) -> bool:
        """Whether nothing looks as if it could undercut the bar, where there is one.

        What undercuts it by its own answers counts whatever the model makes of them: a snippet that mends the
        format does more than the model takes any to do.
        """
        bar, own = self.scorer.problem.bar, defaultdict[Keys, list[float]](list)
        if bar is None or not beyond_reach(self.learner.problem, model, leader, bar):
            return False
        for (keys, _), loss in self.scorer.known.items():
            own[keys].append(loss)
        return all(float(np.mean(some)) >= bar for some in own.values())

    def _untried(self) -> list[Ask]:
        """Return a composition of snippets that no answer held: one of them may be what the format needs."""
        tried = dict.fromkeys(keys for keys, _ in self.scorer.known)
        keys = untried_together(self.scorer.problem, tried)
        return [] if keys is None else [(keys, self.blocks.next_for(keys))]

    def _hopeless(self, model: EffectModel, leader: Keys) -> bool:
        """Whether the answers so far show that no composition undercuts the bar."""
        bar = self.scorer.problem.bar
        return bar is not None and self._outlook(model, leader, bar).reachable < HOPELESS

    def _outlook(self, model: EffectModel, leader: Keys, bar: float) -> Outlook:
        # Chance of its own: whether there is a bar doesn't change what is asked.
        return outlook(self.learner.problem, model, leader, bar, np.random.default_rng(self.scorer.cells))

    def _found(self, reason: Reason) -> SearchResult:
        fitted = self.learner.fit()
        # What is said in the end rests on this target's answers alone.
        model = self.learner.judged or fitted
        leader, mean, incumbent = self.learner.leader(model), model.mean(), self.scorer.problem.incumbent
        gain = value_of(model, mean, incumbent) - value_of(model, mean, leader)
        if leader != incumbent and self.scorer.problem.ordered:
            leader, more = best_order(self.scorer, leader, self.rng)
            gain += more
        found = SearchResult(leader, gain, len(self.scorer.tried), _in_words(reason, self.settings), reason)
        bar = self.scorer.problem.bar
        if bar is None:
            return found
        ahead = self._outlook(model, leader, bar)
        return replace(found, reachable=ahead.reachable, more=ahead.more)


def _in_words(reason: Reason, settings: Settings) -> str:
    return {
        "budget": "the budget is spent",
        "exhausted": "every composition worth asking was measured on every example",
        "settled": f"going on would gain less than {settings.least:g} of loss",
        "unreachable": "the answers show that no composition gets below the bar",
        "futile": f"no snippet gains {settings.least:g} of loss over the incumbent",
    }[reason]
