"""What a head start is worth: answers that `effects` needs with and without what it learnt on other targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from composer.bench.families import Families
from composer.bench.replay import HEAD_START
from composer.bench.report import LEAST_GAIN, LEVELS, Point, crossing
from composer.bench.synthetic_families import CARRIES

WITHOUT = "effects"


@dataclass(frozen=True)
class HeadStart:
    """Answers that it takes to a share (`level`) of the oracle's gain, on one target or the mean of several.

    `where` names the target, the family, or how effects carry over in the families. `without` and `given` are the
    answers without and with a head start, None where the search did not get there. `times` is `given` as a
    share of `without`; where only one got there, None.
    """

    level: float
    where: str
    targets: int
    without: float | None
    given: float | None

    @property
    def times(self) -> float | None:
        """Answers with a head start as a share of those without one."""
        return self.given / self.without if self.given is not None and self.without else None


def head_starts(points: Sequence[Point], families: Families) -> tuple[HeadStart, ...]:
    """Return what the points of both show: for each target, family, and way that effects carry over."""
    curves: dict[str, dict[str, dict[int, Point]]] = {}
    for point in points:
        if point.strategy in (WITHOUT, HEAD_START) and point.oracle >= LEAST_GAIN:
            curves.setdefault(point.world, {}).setdefault(point.strategy, {})[point.budget] = point
    both = {world: own for world, own in curves.items() if len(own) == 2}
    groups: dict[str, list[str]] = {}
    for world in both:
        family = families.of(world) or world
        for name in (*_of_carry(family), family, world):
            groups.setdefault(name, []).append(world)
    order = sorted(groups, key=lambda name: (-len(groups[name]), name))
    return tuple(
        _head_start(level, name, [both[world] for world in groups[name]]) for level in LEVELS for name in order
    )


def _of_carry(family: str) -> tuple[str, ...]:
    """Return a name for all made-up families whose effects carry over in the same way."""
    return tuple(f"all {carry}" for carry in CARRIES if family.startswith(f"synthetic/{carry}-"))


def _head_start(level: float, name: str, curves: Sequence[Mapping[str, Mapping[int, Point]]]) -> HeadStart:
    without, given = (_needed(level, [one[strategy] for one in curves]) for strategy in (WITHOUT, HEAD_START))
    return HeadStart(level, name, len(curves), without, given)


def _needed(level: float, curves: Sequence[Mapping[int, Point]]) -> float | None:
    """Return the answers at which the mean curve reaches a share, at the budgets of all targets."""
    budgets = sorted(set.intersection(*(set(curve) for curve in curves)))
    paid = [float(np.mean([curve[budget].paid for curve in curves])) for budget in budgets]
    shares = [
        float(np.mean([curve[budget].gain / curve[budget].oracle for curve in curves])) for budget in budgets
    ]
    return crossing(paid, shares, level)


def as_records(found: Iterable[HeadStart]) -> list[Mapping[str, Any]]:
    """Return head starts as what JSON holds."""
    return [{**asdict(one), "times": one.times} for one in found]


def tables(found: Sequence[HeadStart]) -> RenderableType:
    """Return head starts as tables to print, one for each share of the oracle's gain; none for none."""
    parts: list[RenderableType] = []
    for level in dict.fromkeys(one.level for one in found):
        title = (
            f"{WITHOUT} with what it learnt on other targets ({HEAD_START}): answers to {level:.0%} of that gain"
        )
        parts += [Text(), Text(title, "bold"), _table([one for one in found if one.level == level])]
    return Group(*parts)


def _table(found: Iterable[HeadStart]) -> Table:
    shown = Table(Column("Targets", no_wrap=True), "How many", "Without", "With a head start", "As a share")
    for one in found:
        needs = ("–" if value is None else f"{value:,.0f}" for value in (one.without, one.given))
        times = "–" if one.times is None else f"{one.times:.2f}"
        shown.add_row(Text(one.where), str(one.targets), *needs, times)
    return shown
