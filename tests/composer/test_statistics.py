"""Paired intervals: BCa as scipy does it, wider where examples move together, honest in how often they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap

from composer.statistics import Interval, interval

Floats = NDArray[np.float64]


def mean_of(values: Sequence[float]) -> Callable[[Floats], float]:
    array = np.asarray(values, dtype=float)
    return lambda weights: float(array @ weights / weights.sum()) if weights.sum() else float("nan")


def alone(n: int) -> list[tuple[str, ...]]:
    return [(f"{number}",) for number in range(n)]


def test_without_clusters_it_is_the_bca_interval_of_scipy() -> None:
    values = np.random.default_rng(3).exponential(size=60) - 0.5
    ours = interval(mean_of(values), alone(60), np.random.default_rng(0), resamples=4000)
    theirs = bootstrap((values,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(0))
    assert ours.low == pytest.approx(theirs.confidence_interval.low, rel=1e-6, abs=1e-9)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, rel=1e-6, abs=1e-9)


def test_it_is_pinned_on_a_case_worked_out_elsewhere() -> None:
    """Efron and Tibshirani, spatial data A (n = 26), variance with divisor n: BCa near (115.8, 259.6) at 90%."""
    values = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41]
    array = np.asarray(values, dtype=float)

    def variance(weights: Floats) -> float:
        centre = array @ weights / weights.sum()
        return float((array - centre) ** 2 @ weights / weights.sum())

    found = interval(variance, alone(26), np.random.default_rng(0), resamples=4000)
    # 95% is wider than the published 90% interval, and like it leans to the right of 171.5.
    assert found.low < 115.8
    assert found.high > 259.6
    assert found.high - 171.5 > 1.3 * (171.5 - found.low)


@pytest.mark.parametrize("value", [0.0, 0.1, -0.3, 1 / 3])
@pytest.mark.parametrize("clusters", [alone(17), [(f"{n // 3}",) for n in range(17)]])
def test_equal_differences_give_an_interval_of_no_width(value: float, clusters: list[tuple[str, ...]]) -> None:
    found = interval(mean_of([value] * 17), clusters, np.random.default_rng(0))
    assert found.low == pytest.approx(value, abs=1e-9)
    assert found.high == pytest.approx(value, abs=1e-9)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).normal(size=30)
    once, again = (interval(mean_of(values), alone(30), np.random.default_rng(7)) for _ in range(2))
    assert once == again


def test_it_gives_none_where_nothing_can_be_resampled() -> None:
    for found in (
        interval(mean_of([0.5]), alone(1), np.random.default_rng(0)),
        interval(lambda weights: float("nan"), alone(9), np.random.default_rng(0)),
    ):
        assert isinstance(found, Interval)
        assert np.isnan([found.low, found.high]).all()


def test_one_odd_example_among_equals_still_gives_bounds() -> None:
    found = interval(mean_of([0.0] * 19 + [-1.0]), alone(20), np.random.default_rng(0))
    assert -1 <= found.low < -0.05 < found.high <= 0


def test_examples_that_move_together_widen_it() -> None:
    rng = np.random.default_rng(0)
    shared = np.repeat(rng.normal(size=10), 6)
    values = shared + 0.1 * rng.normal(size=60)
    clusters = [(f"{number // 6}",) for number in range(60)]
    together = interval(mean_of(values), clusters, np.random.default_rng(0))
    apart = interval(mean_of(values), alone(60), np.random.default_rng(0))
    assert together.high - together.low > 1.7 * (apart.high - apart.low)


def test_clusters_in_which_nothing_moves_together_widen_it_little() -> None:
    values = np.random.default_rng(0).normal(size=300)
    clusters = [(f"{number // 3}",) for number in range(300)]
    together = interval(mean_of(values), clusters, np.random.default_rng(0))
    apart = interval(mean_of(values), alone(300), np.random.default_rng(0))
    assert 1 <= (together.high - together.low) / (apart.high - apart.low) < 1.4


def test_pairs_that_share_a_document_that_moves_them_widen_it() -> None:
    rng = np.random.default_rng(0)
    pull = rng.normal(size=12)
    pairs = [(a, b) for a in range(12) for b in range(a)]
    values = [pull[a] + pull[b] for a, b in pairs]
    together = interval(mean_of(values), [(f"{a}", f"{b}") for a, b in pairs], np.random.default_rng(0))
    apart = interval(mean_of(values), alone(len(pairs)), np.random.default_rng(0))
    assert together.high - together.low > 2 * (apart.high - apart.low)


@pytest.mark.parametrize("size", [1, 5])
def test_it_holds_the_truth_about_as_often_as_it_says(size: int) -> None:
    """50 paired differences, skewed, in clusters of `size` that share half of their variance."""
    rng = np.random.default_rng(11)
    held = 0
    trials = 200
    for _ in range(trials):
        shared = np.repeat(rng.exponential(size=50 // size) - 1, size)
        values = shared + rng.exponential(size=50) - 1 if size > 1 else rng.exponential(size=50) - 1
        clusters = [(f"{number // size}",) for number in range(50)]
        found = interval(mean_of(values), clusters, rng, resamples=300)
        held += found.low <= 0 <= found.high
    assert 0.90 <= held / trials <= 0.99
