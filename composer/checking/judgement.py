"""The rule of a check: what the interval of a paired difference says, with a margin that is tolerated.

A figure fails where its whole 95% interval lies beyond the margin on the worse side. Where nothing has changed,
and answers differ by chance alone, that happens to a figure in one check of 40 at most; a check judges two, so
that at most one check in 20 fails by chance. A release was chosen because it did well on these very rows, so its
stored answers flatter a little where answers vary: a margin allows for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isclose
from typing import Literal

from composer.evaluation.outcomes import Difference

State = Literal["worse", "better", "same", "within", "unclear"]
"""How a figure is: worse beyond the margin, better, the same in each row, within the margin, or any of these."""


@dataclass(frozen=True)
class Judged:
    """A figure of n rows at release and now, in the unit of the metric.

    `needed` is how many rows would tell if the difference stayed what it is: only of what is unclear, and None
    where no number would.
    """

    difference: Difference
    margin: float
    state: State
    needed: int | None = None

    @property
    def failed(self) -> bool:
        """Whether the check fails by this figure."""
        return self.state == "worse"


def judge(difference: Difference, margin: float, *, n: int, moved: bool) -> Judged:
    """Judge the difference of a figure over n rows, now minus then; `moved` is whether any row's part in it is."""
    if not moved:
        return Judged(difference, margin, "same")
    bounds = _worsening(difference)
    if bounds is None:
        return Judged(difference, margin, "unclear")
    least, _, most = bounds
    if least > margin:
        return Judged(difference, margin, "worse")
    if most < 0:
        return Judged(difference, margin, "better")
    if margin > 0 and most <= margin:
        return Judged(difference, margin, "within")
    return Judged(difference, margin, "unclear", _needed(bounds, margin, n))


def _worsening(difference: Difference) -> tuple[float, float, float] | None:
    """Return how much worse it is at least, as seen, and at most; None without an interval."""
    if difference.difference is None or difference.low is None or difference.high is None:
        return None
    if difference.better_is == "lower":
        return difference.low, difference.difference, difference.high
    return -difference.high, -difference.difference, -difference.low


def _needed(bounds: tuple[float, float, float], margin: float, n: int) -> int | None:
    """Return at how many rows an interval around the same difference would end at the margin."""
    least, seen, most = bounds
    gap = abs(seen - margin)
    half = seen - least if seen > margin else most - seen
    if isclose(gap, 0, abs_tol=1e-9):
        return None
    return max(n + 1, ceil(n * (half / gap) ** 2))
