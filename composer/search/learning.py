"""What a search by effects has learnt so far: the model fitted to its answers, and the composition that leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from composer.search.effect_model import EffectModel, Expectation, Variances
from composer.search.format_failures import failing_compositions, suspected_snippets
from composer.search.problem import BudgetedScorer, Keys
from composer.search.sensitivity import Sensitivity
from composer.search.telling import told_by
from composer.search.trust import Trust

OWN_ANSWERS = 1600
"""Answers of its own after which a search goes by them alone: until then what other targets showed wears off."""

RETUNED_AT = 1.3
"""Variances are estimated again when there are this many times the cells there were the last time."""


class Learner:
    """Fits the model of effects to every answer but those of failing compositions.

    As of the last fit, `suspects` are the snippets that were only ever in failing compositions, `problem` is
    the scorer's problem without them, and `sensitivity` what each example tells; None where all are taken to tell
    as much (without `telling`). `trust` is how far the problem's prior is borne out, where it has one, and
    `judged` the model without that prior: of this target's answers alone.
    """

    def __init__(self, scorer: BudgetedScorer, prior: Variances, caution: float, *, telling: bool = False) -> None:
        self.scorer, self.prior, self.caution, self.telling = scorer, prior, caution, telling
        self.problem = scorer.problem
        self.suspects: frozenset[str] = frozenset()
        self.sensitivity: Sensitivity | None = None
        self._power: float | None = None
        self._variances = prior
        self._tuned_at = 0
        expected = scorer.problem.prior
        self.trust = None if expected is None else Trust(expected, scorer.problem.snippets)
        self.judged: EffectModel | None = None

    @property
    def known(self) -> float:
        """How far to go by what other targets let expect, from 0 to 1: the less, the more answers there are."""
        return 0.0 if self.trust is None else self.trust.strength * self._fresh

    @property
    def _fresh(self) -> float:
        """How far from the end of a prior's use the search is, from 1 to 0: what it is wrong about would stay."""
        return max(0.0, 1 - self.scorer.cells / OWN_ANSWERS)

    def fit(self) -> EffectModel:
        """Return the model fitted to all that was answered so far, and to what the prior lets expect."""
        given, cells = self.scorer.problem, self.scorer.known
        failing = failing_compositions(given, cells)
        working = {cell: loss for cell, loss in cells.items() if cell[0] not in failing}
        self.suspects = suspected_snippets(given, working, failing)
        kept = tuple(key for key in given.snippets if key not in self.suspects)
        if kept != self.problem.snippets:
            self.problem = replace(given, snippets=kept)
        again = self.scorer.cells >= RETUNED_AT * self._tuned_at
        if self.telling:
            power = None if again else self._power
            self.sensitivity, self._power = told_by(given, working, self._variances, power)

        def expecting(expected: Expectation | None) -> EffectModel:
            return EffectModel(given.place, given.incumbent, working, self._variances, expected, self.sensitivity)

        self.judged = expecting(None)
        if again:
            self.judged = self.judged.tuned(self.prior)
            self._variances, self._tuned_at = self.judged.variances, self.scorer.cells
        if self.trust is None:
            return self.judged
        if again:
            self._weigh(self.trust, working)
        return expecting(self.trust.expectation(self._fresh))

    def _weigh(self, trust: Trust, working: Mapping[tuple[Keys, str], float]) -> None:
        """Weigh what is expected by these answers, every example counting alike.

        How much each example tells is found from the same answers. While these are few it is so far off that what
        comes true would seem not to.
        """
        given = self.scorer.problem

        def fitted(expected: Expectation | None, variances: Variances) -> EffectModel:
            return EffectModel(given.place, given.incumbent, working, variances, expected)

        likeliest = fitted(None, self.prior).tuned(self.prior).variances
        trust.weigh(lambda expected: fitted(expected, likeliest))

    def leader(self, model: EffectModel) -> Keys:
        """Return the composition whose gain over the incumbent, less `caution` standard deviations, is largest.

        It is the incumbent where none is above 0. A prior has no say in it: what gains is judged by this target's
        answers alone. Whoever watches the search gets to know of it.
        """
        incumbent = self.problem.incumbent
        judged = self.judged or model
        gains, spread = judged.gains_over(incumbent)
        careful = np.round(gains - self.caution * spread, 9)
        for place in np.argsort(-careful, kind="stable"):
            keys: Keys = judged.seen[int(place)]
            if keys == incumbent:
                break
            if self.problem.allows(keys):
                self.scorer.report(keys, float(gains[place]), judged.examples_of(keys))
                return keys
        return incumbent
