"""The gate in the benchmark: a BCa interval of a plain mean, quick, and laxer than that of the evidence."""

from __future__ import annotations

import numpy as np

from composer.evaluation.intervals import Interval, bca, drawn_places
from composer.search.problem import Losses


def mean_interval(values: Losses, rng: np.random.Generator, *, resamples: int | None = None) -> Interval:
    """Return the 95% BCa bootstrap interval of the mean of n values.

    Values that are all the same give an interval of no width, fewer than two give NaN.
    """
    if len(values) < 2:
        return Interval(float("nan"), float("nan"))
    if (values == values[0]).all():
        return Interval(float(values[0]), float(values[0]))
    drawn = [values[places].mean(axis=1) for places in drawn_places(len(values), rng, resamples)]
    left_out = [np.delete(values, place).mean() for place in range(len(values))]
    return bca(np.concatenate(drawn), values.mean(keepdims=True), np.array(left_out))


def passes(saved: Losses, rng: np.random.Generator) -> bool:
    """Whether the 95% interval of losses saved on the test examples, paired, is clear of zero.

    A candidate's evidence takes the score interval, which lets fewer through where they are equal
    (`composer bench statistics`): what passes here is the most that could be released.
    """
    return float(saved.mean()) > 0 and mean_interval(saved, rng).low > 0
