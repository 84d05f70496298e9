"""What searches on the other targets of a family let a search on one of them expect."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from composer.bench.catalogue import open_world
from composer.bench.seeds import seeded
from composer.search.attribution import attribute
from composer.search.carrying_over import Shown, kinds_of, learnt, shown_in
from composer.search.effects import effects
from composer.search.prior import Prior
from composer.search.problem import BudgetedScorer

LEARNT_FROM = 400
"""Answers that were asked for on each of the other targets."""


def prior_on(world: str, others: tuple[str, ...], seed: int) -> Prior | None:
    """Return what one search on each of the other worlds lets expect of a world's snippets; None for nothing.

    They are the searches by `effects` of the same seed, so that a prior never rests on the answers of the search
    that it helps.
    """
    opened = open_world(world)
    kinds = {**dict.fromkeys(opened.snippets, ""), **kinds_of(opened.tags)}
    return learnt(kinds, [shown for other in others if (shown := shown_on(other, seed)) is not None])


@lru_cache(maxsize=1024)
def shown_on(name: str, seed: int) -> Shown | None:
    """Return what a search by `effects` showed of a world's snippets; None where it asked nothing."""
    world = open_world(name)
    problem = world.problem(np.random.default_rng(seeded(world.name, "examples", seed)))
    scorer = BudgetedScorer(problem, LEARNT_FROM, lambda _step: None)
    found = effects(scorer, np.random.default_rng(seeded(world.name, "effects", LEARNT_FROM, seed)))
    attribution = attribute(problem, scorer.known, found.keys, np.random.default_rng(seed))
    return None if attribution is None else shown_in(world.name, attribution, scorer.cells)
