"""How much each example tells: on some, compositions differ, and on others all get the same loss.

Signal and noise of an example both come with how far its losses spread over compositions. An example that every
composition gets right, or wrong, tells nothing on any of them, and one that is in the balance tells most. So the
model of effects takes the loss of composition c on example i as a[i] + s[i] f(c) + noise of variance n[i] (a
one-factor model, as in item response theory: s is the discrimination of an item, Lord & Novick 1968), and an
example is asked as often as an answer on it says something of f, which is as s[i]² / n[i].

Few answers on an example say little of how far they spread, so the estimate leans on where they lie: a loss in
[0, 1] spreads least near its ends (the variance function of a quasi-likelihood, Wedderburn 1974).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from composer.search.problem import Keys

Floats = NDArray[np.float64]

LEANING = 6.0
"""Answers that where the losses on an example lie counts for, beside how far they spread."""

STEEPNESS = (0.0, 1.0, 2.0)
"""How the spread may hang on where losses lie, of which the likelihood picks: not at all, as of losses that are 0
or 1 (1), or as of a distance with two ends (2)."""

POWERS = (1.0, 1.5, 2.0)
"""How signal may grow with spread, of which the likelihood picks. Where the loss is right or wrong, what an
example in the balance shows grows faster (2) than the noise; where it is a distance, with it (1)."""

END = 0.02
"""Distance from either end at which losses are taken to lie at least."""


@dataclass(frozen=True)
class Sensitivity:
    """What an effect counts for on each example asked (`signal`, 1 on average), and the noise there, relative.

    An example that isn't in the mappings is like the average one.
    """

    signal: Mapping[str, float]
    noise: Mapping[str, float]

    def tells(self, example: str) -> float:
        """Return what an answer on an example says of a composition, 1 where it is like the average one."""
        return self.signal.get(example, 1.0) ** 2 / self.noise.get(example, 1.0)


def spreads(losses: Mapping[tuple[Keys, str], float], caution: float) -> dict[str, float]:
    """Return the variance of the losses on each example asked, as a share of the usual.

    `caution` is how many answers the usual loss counts for, beside those on an example, in where its losses lie.
    """
    column = {e: place for place, e in enumerate(dict.fromkeys(e for _, e in losses))}
    columns = np.array([column[e] for _, e in losses], dtype=np.int64)
    y = np.fromiter(losses.values(), dtype=np.float64, count=len(losses))
    seen = np.bincount(columns, minlength=len(column))
    sums = np.bincount(columns, y, len(column))
    away = np.square(y - (sums / seen)[columns])
    squares = np.bincount(columns, away, len(column)).astype(np.float64)
    free = (seen - 1).astype(np.float64)
    if squares.sum() <= 0:
        return dict.fromkeys(column, 1.0)
    lies = np.clip((sums + caution * y.mean()) / (seen + caution), END, 1 - END)
    expected = _expected(lies * (1 - lies), squares, free)
    shares = np.round((squares + LEANING * expected) / (free + LEANING) / expected.mean(), 9)
    return {e: float(shares[place]) for e, place in column.items()}


def _expected(lies: Floats, squares: Floats, free: Floats) -> Floats:
    """Return the variance to be expected where losses lie, by the steepness that is most probable."""
    best, least = squares, np.inf
    for steepness in STEEPNESS:
        shape = lies**steepness
        scale = float((squares / shape).sum() / free.sum())
        # Minus twice the log likelihood of normal losses, up to a constant.
        value = float(free @ np.log(scale * shape)) + float(free.sum())
        if value < least - 1e-6:
            best, least = scale * shape, value
    return best


def sensitivity(spread: Mapping[str, float], power: float) -> Sensitivity:
    """Return the sensitivities that spreads give; an effect's mean over the examples stays what it is."""
    signal = {e: share ** (power / 2) for e, share in spread.items()}
    usual = sum(signal.values()) / len(signal)
    return Sensitivity({e: value / usual for e, value in signal.items()}, spread)
