"""How far a search trusts what other targets let it expect: as far as its own answers bear that out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from composer.search.effect_model import EffectModel, Expectation
from composer.search.prior import Prior
from composer.search.problem import Keys

SHARES = (0.0, 0.5, 1.0, 1.5, 2.0)
"""How much of what is expected may come true: nothing, where a prior doesn't hold for this target, or more than
all, where effects are few and large, since shrinkage is too much for these."""

ODDS = 1.0
"""How much likelier, in nats for a carry that is 1 higher, it is that anything comes true."""

ROUNDS = 2
"""Times that the kinds are gone through, each in the light of the others."""

LEAST = 0.02
"""Share of its variance that is left to a snippet at least, however sure a prior is."""


class Trust:
    """What is expected of N snippets, and how much of that comes true, for each kind of snippet.

    As of the answers that `weigh` saw last, `shares` has how much of it on average, and `chances` how probable it
    is that any does: even at first where effects carried over half the way between the targets known so far.
    """

    def __init__(self, prior: Prior, snippets: Keys) -> None:
        known = [prior.snippets.get(key) for key in snippets]
        self._mean = np.array([0.0 if one is None else -one.gain for one in known])
        self._sure = np.array([0.0 if one is None else max(0.0, 1 - one.variance / prior.scale) for one in known])
        self._kind = np.array(["" if one is None else one.kind for one in known])
        kinds = [str(kind) for kind in np.unique(self._kind)]
        self._lift = {kind: ODDS * (prior.carry.get(kind, 0.5) - 0.5) for kind in kinds}
        self.shares: dict[str, float] = {}
        self.chances: dict[str, float] = {}
        for kind in kinds:
            self._believe(kind, np.zeros(len(SHARES)))

    def expectation(self, fresh: float = 1.0) -> Expectation:
        """Return what is expected as far as it is trusted, and that less where `fresh`, in [0, 1], is below 1."""
        return self._at({kind: fresh * share for kind, share in self.shares.items()})

    def weigh(self, fitted: Callable[[Expectation], EffectModel]) -> None:
        """Weigh it all by answers; `fitted` gives the model of the answers under an expectation."""

        def likelihood(shares: Mapping[str, float]) -> float:
            model = fitted(self._at(shares))
            return model.likelihood(model.variances)

        for _ in range(ROUNDS):
            for kind in self.shares:
                found = np.array([likelihood({**self.shares, kind: share}) for share in SHARES])
                self._believe(kind, found)

    @property
    def strength(self) -> float:
        """How far to go by what is expected, from 0 to 1.

        The more is known of snippets the further, and not at all where it is likelier to be wrong than not.
        """
        likely = np.array([max(0.0, 2 * self.chances[str(kind)] - 1) for kind in self._kind])
        return round(float(min(1.0, 2 * np.sqrt(np.mean(likely * self._sure)))), 6)

    def _believe(self, kind: str, likelihood: np.ndarray) -> None:
        """Take in how likely the answers are at each share; before that, 0 is as likely as all others together."""
        lift = np.where(np.array(SHARES) > 0, self._lift[kind] - np.log(len(SHARES) - 1), 0.0)
        weights = np.exp(likelihood - likelihood.max() + lift)
        weights /= weights.sum()
        # Rounded, so that every machine asks the same.
        self.shares[kind] = round(float(weights @ np.array(SHARES)), 6)
        self.chances[kind] = round(float(1 - weights[0]), 6)

    def _at(self, shares: Mapping[str, float]) -> Expectation:
        each = np.array([shares[str(kind)] for kind in self._kind])
        spread = 1 - np.minimum(each, 1.0) ** 2 * self._sure
        return Expectation(each * self._mean, np.maximum(spread, LEAST))
