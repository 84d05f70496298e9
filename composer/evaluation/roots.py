"""Where a function of one number is zero."""

from __future__ import annotations

from collections.abc import Callable
from math import copysign

MOST_STEPS = 100
_RELATIVE = 4 * 2.0**-52


def root(function: Callable[[float], float], low: float, high: float, *, within: float) -> float:
    """Return a zero of a continuous function between two ends at which its signs differ, to about `within`.

    Brent's method (1973, "Algorithms for Minimization without Derivatives", chapter 4), step for step as in
    `scipy.optimize.brentq` and so to the same last digit: that package takes longer to import than all score
    intervals of a comparison together. Raises ValueError where the signs at the ends are the same, RuntimeError
    where 100 steps find none.
    """
    last, here = low, high
    at_last, at_here = function(last), function(here)
    if at_last == 0:
        return last
    if at_here != 0 and not _differ(at_last, at_here):
        raise ValueError("the signs at both ends are the same")
    across = at_across = step = step_before = 0.0
    for _ in range(MOST_STEPS):
        if at_last != 0 and at_here != 0 and _differ(at_last, at_here):
            across, at_across, step = last, at_last, here - last
            step_before = step
        if abs(at_across) < abs(at_here):
            last, here, across = here, across, here
            at_last, at_here, at_across = at_here, at_across, at_here
        least, half = (within + _RELATIVE * abs(here)) / 2, (across - here) / 2
        if at_here == 0 or abs(half) < least:
            return here
        tried = float("inf")
        if abs(step_before) > least and abs(at_here) < abs(at_last):
            tried = _interpolated((last, at_last), (here, at_here), (across, at_across))
        good = 2 * abs(tried) < min(abs(step_before), 3 * abs(half) - least)
        step_before, step = (step, tried) if good else (half, half)
        last, at_last = here, at_here
        here += step if abs(step) > least else copysign(least, half)
        at_here = function(here)
    raise RuntimeError(f"no zero was found in {MOST_STEPS} steps")


def _differ(one: float, other: float) -> bool:
    return copysign(1.0, one) != copysign(1.0, other)


def _interpolated(last: tuple[float, float], here: tuple[float, float], across: tuple[float, float]) -> float:
    """Return the step to the zero of a line through two points, or of an inverse parabola through three."""
    (x, y), (x0, y0), (x1, y1) = here, last, across
    if x0 == x1:
        return -y * (x - x0) / (y - y0)
    slope, slope_across = (y0 - y) / (x0 - x), (y1 - y) / (x1 - x)
    return -y * (y1 * slope_across - y0 * slope) / (slope_across * slope * (y1 - y0))
