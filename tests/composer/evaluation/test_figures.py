"""Figures as functions of how often each example counts: against their definitions, and as exact as these."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from composer.evaluation.figures import Floats, MacroF1, Mean, Spread, Statistic
from composer.evaluation.spearman import Spearman
from tests.composer.evaluation.answers import drawn, ratings


def correlation(value: Floats, gold: Floats, valid: np.ndarray) -> Spearman:
    return Spearman(value, gold, valid)


def spread(value: Floats, gold: Floats, valid: np.ndarray) -> Spread:
    return Spread(value, valid)


def macro_f1(value: Floats, gold: Floats, valid: np.ndarray) -> MacroF1:
    return MacroF1(value, np.rint(gold))


def mean(value: Floats, gold: Floats, valid: np.ndarray) -> Mean:
    return Mean(np.nan_to_num(np.abs(value - gold)), valid)


FIGURES: list[Callable[[Floats, Floats, np.ndarray], Statistic]] = [correlation, spread, macro_f1, mean]


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("gold", ["tenths", "whole", "different"])
def test_a_weight_counts_an_example_as_often_as_it_says(
    figure: Callable[[Floats, Floats, np.ndarray], Statistic], gold: str
) -> None:
    answers, weights = ratings(30, 1, gold=gold), drawn(30, 20)
    found = figure(*answers).of_many(weights)
    for row, times in enumerate(weights):
        repeated = np.repeat(np.arange(30), times)
        # Labels that no example has are left out of their mean where examples are repeated, not where weighted.
        if figure is not macro_f1 or len(np.unique(np.rint(answers[1][repeated]))) == len(
            np.unique(np.rint(answers[1]))
        ):
            expected = figure(*(some[repeated] for some in answers)).whole()
            assert found[row] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("malformed", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("gold", ["tenths", "whole", "different"])
def test_leaving_each_out_is_what_weights_of_ones_and_a_zero_give(
    figure: Callable[[Floats, Floats, np.ndarray], Statistic], malformed: float, gold: str
) -> None:
    statistic = figure(*ratings(40, 2, malformed=malformed, gold=gold))
    found, expected = statistic.left_out(), statistic.of_many(1 - np.eye(40))
    if figure is mean:
        assert found == pytest.approx(expected, nan_ok=True, abs=1e-12)
    else:
        assert np.array_equal(found, expected, equal_nan=True)


@pytest.mark.parametrize("malformed", [0.0, 0.9, 1.0])
def test_what_is_constant_or_missing_is_so_in_every_resample(malformed: float) -> None:
    value, gold, valid = ratings(12, 3, malformed=malformed)
    value, weights = np.where(valid, 4.0, np.nan), drawn(12, 40)
    kept = weights @ valid
    assert np.array_equal(Spread(value, valid).of_many(weights), np.where(kept > 0, 0.0, np.nan), equal_nan=True)
    assert np.array_equal(
        Spearman(value, gold, valid).of_many(weights), np.where(kept > 1, 0.0, np.nan), equal_nan=True
    )


def test_spread_is_the_standard_deviation_of_valid_ratings() -> None:
    value, _, valid = ratings(60, 6)
    statistic = Spread(value, valid)
    assert statistic.whole() == pytest.approx(np.std(value[valid]), rel=1e-12)
    assert statistic.of_many(np.ones((1, 60)))[0] == pytest.approx(statistic.whole(), rel=1e-12)
    assert np.isnan(Spread(value, np.zeros(60, bool)).whole())


def test_macro_f1_is_the_mean_of_f1_over_labels_of_gold() -> None:
    gold = np.array([0.0, 0, 0, 1, 1, 2])
    value = np.array([0.0, 0, 1, 1, np.nan, 3])
    # Label 0: 2 of 2 answers and 2 of 3 found; label 1: 1 of 2 and 1 of 2; label 2: none. Label 3 isn't in gold.
    assert MacroF1(value, gold).whole() == pytest.approx((2 * 2 / 5 + 2 * 1 / 4 + 0) / 3)


def test_a_mean_is_over_the_examples_counted_and_written_as_the_figure() -> None:
    values, counted = np.array([0.25, 0.5, 1.0, 0.0]), np.array([True, True, False, True])
    found = Mean(values, counted, written=lambda loss: 1 - loss)
    assert found.whole() == pytest.approx(0.75)
    assert found.of_many(np.array([[2, 0, 5, 0]])) == pytest.approx([0.75])
    assert found.values == pytest.approx([0.75, 0.5, 0.0, 1.0])
    assert np.isnan(Mean(values, np.zeros(4, bool)).whole())


def test_the_influences_on_a_mean_have_its_mean_and_no_part_in_what_is_not_counted() -> None:
    values, counted = np.array([0.25, 0.5, 1.0, 0.0]), np.array([True, True, False, True])
    found = Mean(values, counted)
    assert found.influence().mean() == pytest.approx(found.whole())
    assert found.influence()[2] == found.whole()
    assert np.array_equal(Mean(values, counted | True).influence(), values)
