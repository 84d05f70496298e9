"""Spearman's rank correlation: scipy's, and exact to the last digit under every set of weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from composer.evaluation.figures import Floats
from composer.evaluation.spearman import DENSE, Spearman
from tests.composer.evaluation.answers import drawn, ratings


def by_ranks(value: Floats, gold: Floats, valid: np.ndarray) -> float:
    """Spearman's correlation from the ranks themselves, in exact arithmetic up to the last steps."""
    ours, people = (2 * rankdata(some[valid]) - valid.sum() - 1 for some in (value, gold))
    return float((ours @ people) / 4 / np.sqrt((ours @ ours) / 4 * ((people @ people) / 4)))


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 8), st.booleans()), min_size=2, max_size=30),
)
def test_spearman_is_scipys_where_both_vary_and_0_where_one_does_not(
    answers: list[tuple[int, int, bool]],
) -> None:
    value, gold = (np.array([one[place] for one in answers], dtype=float) for place in (0, 1))
    valid = np.array([one[2] for one in answers])
    found = Spearman(value, gold, valid).whole()
    if valid.sum() < 2:
        assert np.isnan(found)
    elif min(len(set(value[valid])), len(set(gold[valid]))) == 1:
        assert found == 0
    else:
        assert found == pytest.approx(spearmanr(value[valid], gold[valid]).statistic, abs=1e-9)


@pytest.mark.parametrize("n", [2, 3, 17, 300, 5000])
@pytest.mark.parametrize("gold", ["tenths", "different"])
def test_spearman_is_exact_to_the_last_digit(n: int, gold: str) -> None:
    answers = ratings(n, 3, malformed=0.1 if n > 3 else 0, gold=gold)
    value, people, valid = answers
    if len(set(value[valid])) > 1:
        assert Spearman(*answers).whole() == by_ranks(*answers)
    times = drawn(n, 3)
    for row, found in enumerate(Spearman(*answers).of_many(times)):
        kept = np.repeat(np.arange(n), times[row])
        if valid[kept].sum() > 1 and min(len(set(some[kept][valid[kept]])) for some in (value, people)) > 1:
            assert found == by_ranks(value[kept], people[kept], valid[kept])


def test_spearman_is_exact_on_a_scale_of_many_steps_too() -> None:
    rng = np.random.default_rng(7)
    gold, valid = rng.uniform(0, 100, 80), rng.random(80) > 0.1
    gold[::3] = np.rint(gold[::3] / 20)
    value = np.where(valid, np.rint(gold + rng.normal(0, 30, 80)), np.nan)
    statistic = Spearman(value, gold, valid)
    assert len(set(value[valid])) > DENSE
    assert statistic.whole() == by_ranks(value, gold, valid)
    assert np.array_equal(statistic.left_out(), statistic.of_many(1 - np.eye(80)))
    for row, found in zip(drawn(80, 5), statistic.of_many(drawn(80, 5)), strict=True):
        kept = np.repeat(np.arange(80), row)
        assert found == by_ranks(value[kept], gold[kept], valid[kept])


def test_batches_of_any_size_give_the_same() -> None:
    statistic, weights = Spearman(*ratings(50, 4)), drawn(50, 12)
    together = statistic.of_many(weights)
    apart = [statistic.of_many(weights[first:last]) for first, last in ((0, 7), (7, 8), (8, 12))]
    assert np.array_equal(together, np.concatenate(apart))
    assert np.array_equal(together, statistic.of_many(weights.astype(float)))
