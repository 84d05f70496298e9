"""The gate of the benchmark is the gate of a candidate's evidence."""

from __future__ import annotations

import numpy as np
import pytest

from composer.bench.gate import mean_interval, passes
from composer.evaluation import intervals
from composer.evaluation.figures import Mean


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize("kind", ["label", "ordinal"])
def test_the_interval_is_that_of_the_statistics(kind: str) -> None:
    drawn = np.random.default_rng(3)
    values = drawn.integers(-1, 2, size=40) if kind == "label" else drawn.normal(0.1, 0.3, size=40) ** 3
    values = values.astype(float)

    mean = Mean(values, np.ones(40, bool))
    clusters = [(str(number),) for number in range(40)]
    expected = intervals.bootstrap_interval(mean, clusters, rng(), resamples=500)
    found = mean_interval(values, rng(), resamples=500)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_equal_values_give_an_interval_of_no_width() -> None:
    assert mean_interval(np.full(5, 0.25), rng()) == intervals.Interval(0.25, 0.25)
    assert np.isnan(mean_interval(np.ones(1), rng()).low)


def test_only_a_gain_clear_of_zero_passes() -> None:
    noise = np.random.default_rng(0).normal(size=200)
    noise -= noise.mean()
    assert passes(noise + 0.3, rng())
    assert not passes(noise + 0.05, rng())
    assert not passes(noise - 0.3, rng())
    assert not passes(np.zeros(200), rng())
