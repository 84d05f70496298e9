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

EARLIER = 1600
"""Answers that an earlier search on another target asked for, where nothing else is said."""


def prior_on(world: str, others: tuple[str, ...], seed: int, earlier: int = EARLIER) -> Prior | None:
    """Return what one search on each of the other worlds lets expect of a world's snippets; None for nothing.

    Those are the searches by `effects` of the same seed, of `earlier` answers each, so that a prior never rests on
    the answers of the search that it helps.
    """
    opened = open_world(world)
    kinds = {**dict.fromkeys(opened.snippets, ""), **kinds_of(opened.tags)}
    return learnt(kinds, [shown for other in others if (shown := shown_on(other, seed, earlier)) is not None])


@lru_cache(maxsize=1024)
def shown_on(name: str, seed: int, answers: int) -> Shown | None:
    """Return what a search by `effects` of so many answers showed of a world's snippets; None for nothing."""
    world = open_world(name)
    problem = world.problem(np.random.default_rng(seeded(world.name, "examples", seed)))
    scorer = BudgetedScorer(problem, answers, lambda _step: None)
    found = effects(scorer, np.random.default_rng(seeded(world.name, "effects", answers, seed)))
    attribution = attribute(problem, scorer.known, found.keys, np.random.default_rng(seed))
    return None if attribution is None else shown_in(world.name, attribution, scorer.cells)
