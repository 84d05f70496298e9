"""The level and the power: what follows from them is what the distributions say."""

from __future__ import annotations

import pytest
from scipy.stats import norm

from composer import confidence


def test_standard_errors_are_the_quantiles_of_the_normal_distribution() -> None:
    assert float(norm.ppf((1 + confidence.CONFIDENCE) / 2)) == confidence.Z
    assert pytest.approx(norm.ppf(confidence.POWER), rel=1e-15) == confidence.Z_POWER


def test_the_tails_leave_the_level_between_them() -> None:
    low, high = confidence.TAILS
    assert high - low == pytest.approx(confidence.CONFIDENCE)
    assert low == pytest.approx(1 - high)


def test_a_detectable_difference_is_found_as_often_as_the_power_says() -> None:
    errors = confidence.WIDTHS_TO_DETECT * 2 * confidence.Z
    assert norm.sf(confidence.Z - errors) == pytest.approx(confidence.POWER, abs=1e-4)
    assert norm.sf(confidence.Z - confidence.ERRORS_TO_DETECT) == pytest.approx(confidence.POWER, abs=1e-3)
    assert confidence.Z_ROUNDED == 1.96
