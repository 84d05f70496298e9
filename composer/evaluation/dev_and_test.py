"""A search's own estimate beside the gain on the sealed split: how much of it carried over to new examples."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from composer.confidence import Z
from composer.evaluation.formatting import NAMES, SHARES, change, interval
from composer.evaluation.outcomes import Difference, as_change

GapVerdict = Literal["whole", "less", "overfitted"]


@dataclass(frozen=True)
class DevTestGap:
    """What a search expected of its composition on dev, and what that came to on the sealed test split.

    `dev` is the change of the metric that the search estimates, `test` the one that was measured. `lost` is by how
    much the gain is smaller on test, below zero where it is larger; `chance` is what chance alone makes of that at
    most, 95 times in 100. `compositions` is among how many the search chose.
    """

    dev: float
    test: Difference
    lost: float
    chance: float
    compositions: int

    @property
    def verdict(self) -> GapVerdict:
        """Whether the gain is as large on test, smaller as is to be expected, or smaller than chance explains."""
        if self.lost <= 0:
            return "whole"
        return "less" if self.lost <= self.chance else "overfitted"

    @property
    def sides(self) -> str:
        """Both gains, in words."""
        name = self.test.name
        unit = " points" if name in SHARES else ""
        measured = f"{change(name, self.test.difference)}{unit} {interval(self.test)}"
        return f"{NAMES[name]} {change(name, self.dev)}{unit} on dev, {measured} on the sealed split"

    @property
    def meaning(self) -> str:
        """What the difference between both means, as a sentence."""
        lost, chance = (change(self.test.name, abs(size)).lstrip("+") for size in (self.lost, self.chance))
        if self.verdict == "whole":
            return "Nothing of the search’s estimate was lost on new examples."
        chosen = f"the best of {self.compositions:,} on dev" if self.compositions > 1 else "what was tried on dev"
        if self.verdict == "less":
            return (
                f"{lost} less is no surprise: {chosen} was lucky there, too, and up to {chance} is within chance."
            )
        return (
            f"{lost} less is more than chance explains (up to {chance}): the search overfitted to the examples "
            "that it chose by, so rely on the sealed split alone."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the figures for a script, in the units of the metric."""
        return {
            "dev": self.dev,
            "test": self.test.difference,
            "lost": self.lost,
            "chance": self.chance,
            "verdict": self.verdict,
        }


def dev_test_gap(
    test: Difference, estimate: float, *, compositions: int, dev: int, total: int
) -> DevTestGap | None:
    """Return how much of a search's `estimate`, the mean loss saved in [-1, 1], carried over to the test split.

    `test` is the metric's difference on the split's `total` examples, `dev` the number of examples that the search
    saw its composition on, among the `compositions` that it tried. Chance is told from the interval on test, for
    as many examples as there are on either side. None where test gives no interval, or nothing was searched on.
    """
    if test.difference is None or test.low is None or test.high is None or not dev or not compositions:
        return None
    on_dev = as_change(test.name, estimate)
    sign = -1.0 if test.better_is == "lower" else 1.0
    error = (test.high - test.low) / (2 * Z)
    return DevTestGap(
        dev=on_dev,
        test=test,
        lost=sign * (on_dev - test.difference),
        chance=Z * error * sqrt(1 + total / dev),
        compositions=compositions,
    )
