"""Other measures of agreement, held against published examples and an independent computation."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from composer.evaluation.coefficients import (
    COHEN,
    FLEISS,
    ICC,
    INTERVAL,
    MOST_VALUES,
    NOMINAL,
    ORDINAL,
    coefficients,
    measures,
)
from tests.composer.evaluation.test_raters import LABELS, SCALE, made_up, rated

FOURTEEN = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)
"""The worked example of Wikipedia's article: how many of 14 people put each of 10 subjects under 5 heads."""


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("level", ["interval", "ordinal", "nominal"])
def test_alpha_at_each_level_is_that_of_an_independent_computation(level: str, seed: int) -> None:
    table = made_up("ordinal", seed=seed)
    name = {"interval": INTERVAL, "ordinal": ORDINAL, "nominal": NOMINAL}[level]
    found = measures(rated(table), SCALE)[name].whole()
    assert found == pytest.approx(krippendorff.alpha(table, level_of_measurement=level), abs=1e-9)


def test_a_figure_without_an_example_is_that_of_the_others() -> None:
    table = made_up("ordinal", 12)[:2]
    for name, figure in measures(rated(table), SCALE).items():
        without = [
            measures(rated(np.delete(table, place, axis=1)), SCALE)[name].whole()
            for place in range(table.shape[1])
        ]
        assert figure.left_out() == pytest.approx(without, abs=1e-9), name


def test_fleiss_kappa_is_the_one_that_was_published() -> None:
    given = [[place for place, times in enumerate(row) for _ in range(times)] for row in FOURTEEN]
    table = np.array([[float(value) for value in one] for one in zip(*given, strict=True)])
    found = measures(rated(table), LABELS)[FLEISS].whole()
    assert found == pytest.approx(0.210, abs=0.0005)


def test_cohens_kappa_of_two_people_is_that_of_the_textbook() -> None:
    pairs = [(1.0, 1.0)] * 20 + [(1.0, 0.0)] * 5 + [(0.0, 1.0)] * 10 + [(0.0, 0.0)] * 15
    found = measures(rated(np.array(pairs).T), LABELS)[COHEN].whole()
    assert found == pytest.approx((0.7 - 0.5) / (1 - 0.5))
    assert COHEN not in measures(rated(made_up("label")), LABELS)


def test_the_intraclass_correlation_is_the_one_that_was_published() -> None:
    judges = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
    wide = SCALE.model_copy(update={"high": 10})
    found = measures(rated(np.array(judges, dtype=float)), wide)[ICC].whole()
    assert found == pytest.approx(0.1657, abs=0.0001)  # Shrout and Fleiss 1979, table 4: .17


def test_where_people_differ_in_number_the_intraclass_correlation_is_that_of_the_analysis_of_variance() -> None:
    table = made_up("ordinal", 40)
    groups = [column[~np.isnan(column)] for column in table.T]
    groups = [one for one in groups if len(one) > 1]
    sizes = np.array([len(one) for one in groups])
    grand = np.concatenate(groups).mean()
    across = sum(len(one) * (one.mean() - grand) ** 2 for one in groups) / (len(groups) - 1)
    inside = sum(((one - one.mean()) ** 2).sum() for one in groups) / (sizes.sum() - len(groups))
    mean = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(groups) - 1)
    expected = (across - inside) / (across + (mean - 1) * inside)
    assert measures(rated(table), SCALE)[ICC].whole() == pytest.approx(expected, abs=1e-9)


def test_each_measure_has_an_interval_around_it() -> None:
    found = coefficients(rated(made_up("ordinal")), SCALE, np.random.default_rng(0))
    assert list(found) == [INTERVAL, ORDINAL, NOMINAL, FLEISS, ICC]
    assert all(one.low < one.value < one.high for one in found.values())


def test_ratings_that_are_hardly_ever_the_same_are_no_categories() -> None:
    fine = np.random.default_rng(0).random((2, MOST_VALUES))
    assert list(measures(rated(fine + 1), SCALE)) == [INTERVAL, ICC]
