"""Brent's method: scipy's to the last digit, on functions of every kind that it meets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import atan, exp, inf

import numpy as np
import pytest
from scipy.optimize import brentq

from composer.evaluation.roots import root

FUNCTIONS: dict[str, Callable[[float, float], float]] = {
    "line": lambda a, x: x - a,
    "cubic": lambda a, x: (x - a) ** 3,
    "steep": lambda a, x: atan(1e4 * (x - a)),
    "flat": lambda a, x: (x - a) ** 9,
    "curve": lambda a, x: exp(3 * x) - exp(3 * a),
    "step": lambda a, x: -1.0 if x < a else 1.0,
}


def found(search: Callable[[], float]) -> float | None:
    """What a search finds; None where it gives up."""
    try:
        return search()
    except RuntimeError:
        return None


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("within", [1e-12, 1e-9, 1e-3])
def test_it_is_scipys_to_the_last_digit(name: str, within: float) -> None:
    for a in np.random.default_rng(1).uniform(-1, 1, 100):
        function = partial(FUNCTIONS[name], a)
        ours = found(lambda function=function: root(function, -1.0, 1.5, within=within))
        assert ours == found(lambda function=function: brentq(function, -1.0, 1.5, xtol=within))


def test_an_end_that_is_a_zero_is_returned() -> None:
    assert root(lambda x: x, 0.0, 1.0, within=1e-9) == 0
    assert root(lambda x: x - 1, 0.0, 1.0, within=1e-9) == 1


def test_without_a_change_of_sign_there_is_none() -> None:
    with pytest.raises(ValueError, match="signs"):
        root(lambda x: x * x + 1, -1.0, 1.0, within=1e-9)


def test_it_gives_up_after_a_hundred_steps() -> None:
    calls: list[float] = []

    def jumping(x: float) -> float:
        calls.append(x)
        return inf if x > 0.3 else -inf

    with pytest.raises(RuntimeError, match="100 steps"):
        root(jumping, 0.0, 1e300, within=1e-300)
    assert len(calls) == 102
