"""What a search by effects has learnt so far: the model fitted to its answers, and the composition that leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from composer.search.effect_model import EffectModel, Variances
from composer.search.format_failures import failing_compositions, suspected_snippets
from composer.search.problem import BudgetedScorer, Keys

RETUNED_AT = 1.3
"""Variances are estimated again when there are this many times the cells there were the last time."""


class Learner:
    """Fits the model of effects to every answer but those of failing compositions.

    As of the last fit, `suspects` are the snippets that were only ever in failing compositions, and `problem` is
    the scorer's problem without them.
    """

    def __init__(self, scorer: BudgetedScorer, prior: Variances, caution: float) -> None:
        self.scorer, self.prior, self.caution = scorer, prior, caution
        self.problem = scorer.problem
        self.suspects: frozenset[str] = frozenset()
        self._variances = prior
        self._tuned_at = 0

    def fit(self) -> EffectModel:
        """Return the model fitted to all that was answered so far."""
        given, cells = self.scorer.problem, self.scorer.known
        failing = failing_compositions(given, cells)
        working = {cell: loss for cell, loss in cells.items() if cell[0] not in failing}
        self.suspects = suspected_snippets(given, working, failing)
        kept = tuple(key for key in given.snippets if key not in self.suspects)
        if kept != self.problem.snippets:
            self.problem = replace(given, snippets=kept)
        model = EffectModel(given.place, given.incumbent, working, self._variances)
        if self.scorer.cells >= RETUNED_AT * self._tuned_at:
            model = model.tuned(self.prior)
            self._variances, self._tuned_at = model.variances, self.scorer.cells
        return model

    def leader(self, model: EffectModel) -> Keys:
        """Return the composition whose gain over the incumbent, less `caution` standard deviations, is largest.

        It is the incumbent where none is above 0. Whoever watches the search gets to know of it.
        """
        incumbent = self.problem.incumbent
        gains, spread = model.gains_over(incumbent)
        careful = np.round(gains - self.caution * spread, 9)
        for place in np.argsort(-careful, kind="stable"):
            keys: Keys = model.seen[int(place)]
            if keys == incumbent:
                break
            if self.problem.allows(keys):
                self.scorer.report(keys, float(gains[place]), model.examples_of(keys))
                return keys
        return incumbent
