"""How figures are written, the same on every page and in every command."""

from __future__ import annotations

from math import isnan

from composer.evaluation.outcomes import Difference

NAMES = {
    "nmse": "NMSE",
    "accuracy": "accuracy",
    "valid_nmse": "NMSE, valid only",
    "valid_accuracy": "accuracy, valid only",
    "valid_rate": "valid rate",
    "spearman": "Spearman",
    "mae": "mean absolute error",
    "spread": "spread of ratings",
    "macro_f1": "macro F1",
    "tokens": "prompt tokens",
    "seconds": "seconds per answer",
    "cost": "cost of 1,000 answers",
}
"""What a reader knows each figure as."""

SHARES = frozenset({"accuracy", "valid_accuracy", "valid_rate"})
"""Figures that are shares of examples: written as percentages, their differences in points."""

ANSWERS = 1000
"""Answers that a cost is given for: one alone costs too little to be read."""

WORTH = (
    "each answer was timed once, when it was first given, whatever else ran then: an embedded model shares its "
    "machine, so a small difference may be the machine’s"
)
"""What figures of seconds are worth."""

METHODS = (
    "Intervals of Spearman, spread and macro F1 are by the jackknife here and by resampling on a candidate’s own "
    "page: the last digits may differ."
)
"""How the intervals of several prompts side by side came about."""


def figure(name: str, value: float | None) -> str:
    """Write a figure to three significant digits; rates as percentages, a missing one as a dash."""
    if value is None or isnan(value):
        return "—"
    if name in SHARES:
        return f"{value:.1%}"
    return _three(value)


def change(name: str, value: float | None) -> str:
    """Write a difference with its sign; differences of rates in percentage points."""
    if value is None or isnan(value):
        return "—"
    digits = f"{100 * abs(value):.1f}" if name in SHARES else _three(abs(value))
    if float(digits) == 0:
        return digits
    return ("−" if value < 0 else "+") + digits


def _three(value: float) -> str:
    if value == 0:
        return "0"
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{decimals}f}".replace("-", "−")


def interval(one: Difference) -> str:
    """Return the 95% interval of a difference in brackets; empty where there is none."""
    if one.low is None or one.high is None:
        return ""
    return bracketed(change(one.name, one.low), change(one.name, one.high))


def bracketed(low: str, high: str) -> str:
    """Return the bounds of an interval, as written, in brackets: `[low, high]`."""
    return f"[{low}, {high}]"
