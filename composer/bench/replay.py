"""One search on a world, and what it was worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from pydantic import BaseModel, ConfigDict

from composer.bench.contestants import CONTESTANTS, chance_of
from composer.bench.gate import passes
from composer.bench.seeds import seeded
from composer.bench.world import World, naming
from composer.search.prior import Prior
from composer.search.problem import BudgetedScorer, Keys

DECIMALS = 6


class Record(BaseModel):
    """What one search on one world came to.

    `paid` is the number of dev answers it asked for. Of the composition it found, `gain_dev` and `gain_test`
    are the mean losses saved against the incumbent over all dev and all test examples; `truth` is the gain to
    be expected beyond them; `promoted` is whether the gain on test is clear of zero. The losses of incumbent
    and oracle are means too, so that the oracle's gain is incumbent less oracle; `oracle_truth` is its true gain.
    """

    model_config = ConfigDict(frozen=True)

    world: str
    strategy: str
    budget: int
    seed: int
    paid: int
    tried: int
    keys: Keys
    gain_dev: float
    gain_test: float
    truth: float
    promoted: bool
    incumbent_dev: float
    incumbent_test: float
    oracle_dev: float
    oracle_test: float
    oracle_truth: float
    stopped: str


HEAD_START = "effects-prior"
"""The strategy `effects` with what searches on other targets of the world's family let it expect."""


def _nothing(_seed: int) -> Prior | None:
    return None


class Bench:
    """A world with what has been worked out about it, shared by the searches on it.

    `prior` gives what other targets let expect of its snippets, by the seed of the searches on them.
    """

    def __init__(self, world: World, prior: Callable[[int], Prior | None] = _nothing) -> None:
        self.world = world
        self.prior = prior
        self._promoted: dict[Keys, bool] = {}

    def run(self, strategy: str, budget: int, seed: int) -> Record:
        """Search once and judge what is found; a function of its arguments and the world alone.

        All strategies and budgets see the dev examples of one seed in one order. Raises what a strategy raises,
        and ValueError where it finds a composition that the rules don't allow.
        """
        world = self.world
        problem = world.problem(np.random.default_rng(seeded(world.name, "examples", seed)))
        # With a head start, chance is the same as without: the two differ by it alone.
        name = "effects" if strategy == HEAD_START else strategy
        if strategy == HEAD_START:
            problem = replace(problem, prior=self.prior(seed))
        scorer = BudgetedScorer(problem, budget, lambda _step: None)
        chance = seeded(world.name, chance_of(name), budget, seed)
        found = CONTESTANTS[name](scorer, np.random.default_rng(chance))
        if found.keys != world.incumbent and not problem.allows(found.keys):
            broken = world.rules.broken(found.keys) or "its snippets are out of order"
            raise ValueError(
                f"{strategy} found {naming(found.keys)} in {world.name}, which isn't allowed: {broken}"
            )
        incumbent_dev, incumbent_test = world.losses(world.incumbent)
        dev, test = world.losses(found.keys)
        oracle_dev, oracle_test = world.losses(world.oracle)
        return Record(
            world=world.name,
            strategy=strategy,
            budget=budget,
            seed=seed,
            paid=scorer.cells,
            tried=found.tried,
            keys=found.keys,
            gain_dev=_rounded((incumbent_dev - dev).mean()),
            gain_test=_rounded((incumbent_test - test).mean()),
            truth=_rounded(world.gain(found.keys)),
            promoted=self.promotes(found.keys),
            incumbent_dev=_rounded(incumbent_dev.mean()),
            incumbent_test=_rounded(incumbent_test.mean()),
            oracle_dev=_rounded(oracle_dev.mean()),
            oracle_test=_rounded(oracle_test.mean()),
            oracle_truth=_rounded(world.gain(world.oracle)),
            stopped=found.reason,
        )

    def promotes(self, keys: Keys) -> bool:
        """Whether a composition would pass the gate on the world's test examples."""
        if keys not in self._promoted:
            saved = self.world.losses(self.world.incumbent)[1] - self.world.losses(keys)[1]
            rng = np.random.default_rng(seeded(self.world.name, "gate", *keys))
            self._promoted[keys] = keys != self.world.incumbent and passes(saved, rng)
        return self._promoted[keys]


def _rounded(value: float) -> float:
    # Adding 0 turns a negative zero into zero.
    return round(float(value), DECIMALS) + 0.0
