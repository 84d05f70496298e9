"""How finely a recorded world tells strategies apart: the gain, on other examples, of paying for every answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from composer.bench.seeds import seeded
from composer.bench.world import Recorded, World
from composer.confidence import TAILS
from library.errors import Refused

RESAMPLES = 2000


@dataclass(frozen=True)
class Limit:
    """The noise floor of a recorded world.

    `answers` is what all its compositions on all its dev examples cost, `oracle` the oracle's gain on test.
    Had other examples been drawn, the composition with the least dev loss would gain `low` to `high` on test,
    95 times in 100, `gain` on average: this world can't show which of two strategies closer than that would do
    better on other examples.
    """

    world: str
    answers: int
    oracle: float
    gain: float
    low: float
    high: float


def limit_of(world: World) -> Limit:
    """Return the noise floor, by resampling dev and test examples; raises `Refused` for a made-up world.

    (The bootstrap of Efron 1979 on both splits, the choice of the best repeated in each resample.)
    """
    if not isinstance(world.answers, Recorded):
        raise Refused(f"{world.name} is made up: its truth is known", fix="Name recorded worlds.")
    compositions = [keys for keys in world.answers.rows if keys in world.answers.allowed]
    dev, test = (np.array(losses) for losses in zip(*(world.losses(keys) for keys in compositions), strict=True))
    _, incumbent = world.losses(world.incumbent)
    rng = np.random.default_rng(seeded("limit", world.name))
    gains = np.empty(RESAMPLES)
    for number in range(RESAMPLES):
        some, others = (rng.integers(0, count, count) for count in (dev.shape[1], test.shape[1]))
        best = int(np.argmin(np.round(dev[:, some].mean(axis=1), 9)))
        gains[number] = (incumbent - test[best])[others].mean()
    low, high = (float(bound) for bound in np.quantile(gains, TAILS))
    oracle = float((incumbent - world.losses(world.oracle)[1]).mean())
    return Limit(world.name, dev.size, oracle, float(gains.mean()), low, high)
