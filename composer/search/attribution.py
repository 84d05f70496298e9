"""The effect of each snippet, pair and order, as far as the cells a search asked for show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, sqrt

import numpy as np

from composer.confidence import ERRORS_TO_DETECT, TAILS, Z_ROUNDED
from composer.search.effect_model import EffectModel, Effects, Floats, Variances
from composer.search.local_search import canonical, value_of
from composer.search.moves import dropped
from composer.search.problem import Keys, Problem
from composer.search.telling import told_by

DRAWS = 400
"""Posterior draws that the intervals are quantiles of."""

PAIRS = 10
"""Pairs kept: those furthest from zero, measured by the width of their interval."""


@dataclass(frozen=True)
class Gain:
    """The loss that something saves, in [-1, 1], with its 95% interval (of the model, given the cells).

    `keys` are the snippets it is about; `cells` is how many answers held them.
    """

    keys: Keys
    gain: float
    low: float
    high: float
    cells: int


@dataclass(frozen=True)
class Attribution:
    """What a search's cells show of the library.

    `snippets` holds what each saves beside the incumbent's, `pairs` what two save beyond the sum of both,
    `left_out` what each snippet of the winner saves in it, `orders` what other orders of the winner save
    against its own. `noise` is the standard deviation of one paired difference.
    """

    snippets: tuple[Gain, ...]
    pairs: tuple[Gain, ...]
    left_out: tuple[Gain, ...]
    orders: tuple[Gain, ...]
    noise: float

    def examples_to_see(self, gain: float) -> int:
        """Return on how many examples a composition must be compared to see a gain, above 0, 8 times in 10."""
        return ceil((ERRORS_TO_DETECT * self.noise / gain) ** 2)


def attribute(
    problem: Problem, losses: Mapping[tuple[Keys, str], float], winner: Keys, rng: np.random.Generator
) -> Attribution | None:
    """Fit snippet effects to the cells of a search, whatever its strategy; None where it asked for none.

    `losses` maps (composition, example id) to the loss.
    """
    if not losses:
        return None
    # A search asks examples more often where more differs; what a snippet saves is meant over all of them.
    tells, _ = told_by(problem, losses, Variances())
    model = EffectModel(problem.place, problem.incumbent, losses, sensitivity=tells).tuned(Variances())
    draws = model.draws(DRAWS, rng)
    holds = np.bincount(
        [problem.place[key] for keys, _ in losses for key in keys], minlength=len(problem.snippets)
    )
    singles = np.array([-draw.snippets for draw in draws])
    snippets = tuple(
        _gain((key,), singles[:, place], int(holds[place])) for place, key in enumerate(problem.snippets)
    )
    return Attribution(
        snippets,
        _pairs(problem, draws, losses),
        _left_out(problem, model, draws, winner, holds),
        _orders(losses, winner),
        sqrt(2 * model.variances.noise),
    )


def _gain(keys: Keys, values: Floats, cells: int) -> Gain:
    low, high = (float(bound) for bound in np.quantile(values, TAILS))
    return Gain(keys, float(values.mean()), low, high, cells)


def _pairs(
    problem: Problem, draws: Sequence[Effects], losses: Mapping[tuple[Keys, str], float]
) -> tuple[Gain, ...]:
    together: dict[Keys, int] = {}
    for keys, _ in losses:
        for a, b in combinations(sorted(keys, key=problem.place.__getitem__), 2):
            together[a, b] = together.get((a, b), 0) + 1
    gains: list[Gain] = []
    for pair, cells in together.items():
        one, other = problem.place[pair[0]], problem.place[pair[1]]
        gains.append(_gain(pair, np.array([-draw.pairs[one, other] for draw in draws]), cells))
    clearest = sorted(gains, key=_clearness)
    return tuple(clearest[:PAIRS])


def _clearness(pair: Gain) -> tuple[float, Keys]:
    return -round(abs(pair.gain) / (pair.high - pair.low + 1e-12), 6), pair.keys


def _left_out(
    problem: Problem, model: EffectModel, draws: Sequence[Effects], winner: Keys, holds: np.ndarray
) -> tuple[Gain, ...]:
    found = []
    for key in winner:
        rest = dropped(problem, winner, key)
        rest = rest if rest in model.row else canonical(problem, rest)
        values = [value_of(model, draw, rest) - value_of(model, draw, winner) for draw in draws]
        found.append(_gain((key,), np.array(values), int(holds[problem.place[key]])))
    return tuple(found)


def _orders(losses: Mapping[tuple[Keys, str], float], winner: Keys) -> tuple[Gain, ...]:
    """Compare other orders of the winner that were asked for with it, on the examples both were asked on."""
    own = {e: loss for (keys, e), loss in losses.items() if keys == winner}
    others = dict.fromkeys(keys for keys, _ in losses if keys != winner and set(keys) == set(winner))
    found = []
    for other in others:
        saved = np.array([own[e] - loss for (keys, e), loss in losses.items() if keys == other and e in own])
        if len(saved) >= 2:
            mean, error = float(saved.mean()), float(saved.std(ddof=1)) / sqrt(len(saved))
            found.append(Gain(other, mean, mean - Z_ROUNDED * error, mean + Z_ROUNDED * error, len(saved)))
    return tuple(found)
