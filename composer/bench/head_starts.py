"""What a head start is worth: answers that `effects` needs with and without what it learnt on other targets.

Both are judged by the true gain, which is known where targets are made up, and by that on all examples where they
are recorded: near nine tenths a search's curve is so flat that the luck of test examples moves it by hundreds of
answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text
from scipy.optimize import isotonic_regression

from composer.bench.families import Families
from composer.bench.replay import HEAD_START, Record
from composer.bench.report import LEAST_GAIN, LEVELS, crossing
from composer.bench.seeds import seeded
from composer.bench.synthetic import MADE_UP
from composer.bench.synthetic_families import CARRIES
from composer.confidence import TAILS
from composer.evaluation.formatting import bracketed

Floats = NDArray[np.float64]

WITHOUT = "effects"
RESAMPLES = 999


@dataclass(frozen=True)
class HeadStart:
    """Answers that it takes to a share (`level`) of the oracle's gain, on one target or the mean of several.

    `where` names the target, the family, or how effects carry over in the families. `without` and `given` are the
    answers without and with a head start, None where the search did not get there. `shares` has by budget the mean
    share of the oracle's gain without one and with one, each budget as it came out. `low` to `high` is the 95%
    interval of `times` over the seeds of the searches (percentiles of a bootstrap; Efron & Tibshirani 1993): None
    where that end isn't known, since a search does not get there.
    """

    level: float
    where: str
    targets: int
    without: float | None
    given: float | None
    shares: Mapping[int, tuple[float, float]]
    low: float | None
    high: float | None

    @property
    def times(self) -> float | None:
        """Answers with a head start as a share of those without one."""
        return self.given / self.without if self.given is not None and self.without else None


@dataclass(frozen=True)
class _Curve:
    """What searches on one target came to: by budget the mean answers paid, and each seed's share of the gain."""

    paid: Mapping[int, float]
    shares: Mapping[int, Floats]


_Both = tuple[_Curve, _Curve]
"""Without a head start, and with one."""


def head_starts(records: Sequence[Record], families: Families) -> tuple[HeadStart, ...]:
    """Return what the records of both show: for each target, family, and way that effects carry over."""
    runs: dict[str, dict[str, list[Record]]] = {}
    for one in records:
        if one.strategy in (WITHOUT, HEAD_START) and one.oracle_truth >= LEAST_GAIN:
            runs.setdefault(one.world, {}).setdefault(one.strategy, []).append(one)
    both = {world: (_curve(own[WITHOUT]), _curve(own[HEAD_START])) for world, own in runs.items() if len(own) == 2}
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
    return tuple(f"all {carry}" for carry in CARRIES if family.startswith(f"{MADE_UP}{carry}-"))


def _curve(runs: Sequence[Record]) -> _Curve:
    by_budget: dict[int, list[Record]] = {}
    for one in runs:
        by_budget.setdefault(one.budget, []).append(one)
    return _Curve(
        {budget: float(np.mean([one.paid for one in own])) for budget, own in by_budget.items()},
        {budget: np.array([one.truth / one.oracle_truth for one in own]) for budget, own in by_budget.items()},
    )


def _head_start(level: float, name: str, targets: Sequence[_Both]) -> HeadStart:
    rng = np.random.default_rng(seeded("head start", name, str(level)))
    curves = tuple(zip(*targets, strict=True))
    means = [_means(own) for own in curves]
    without, given = (
        _needed(level, own, [np.array([*mean.values()])])[0] for own, mean in zip(curves, means, strict=True)
    )
    drawn = (_needed(level, own, _drawn(own, rng)) for own in curves)
    # What is not reached takes longer than anything; where neither gets there, nothing is known.
    times = [
        np.inf if more is None else 0.0 if few is None else more / few
        for few, more in zip(*drawn, strict=True)
        if few or more
    ]
    ends = np.quantile(times, TAILS, method="nearest") if times else (0.0, np.inf)
    low, high = (float(end) if 0 < end < np.inf else None for end in ends)
    shares = {budget: (share, means[1][budget]) for budget, share in means[0].items() if budget in means[1]}
    return HeadStart(level, name, len(targets), without, given, shares, low, high)


def _budgets(curves: Sequence[_Curve]) -> list[int]:
    return sorted(set.intersection(*(set(one.paid) for one in curves)))


def _means(curves: Sequence[_Curve]) -> Mapping[int, float]:
    """Return by budget the mean share of all targets, at the budgets of all."""
    return {budget: float(np.mean([one.shares[budget].mean() for one in curves])) for budget in _budgets(curves)}


def _drawn(curves: Sequence[_Curve], rng: np.random.Generator) -> Floats:
    """Return such means of seeds drawn anew on every target, shape (draws, budgets)."""
    columns = []
    for budget in _budgets(curves):
        own = [one.shares[budget] for one in curves]
        means = [some[rng.integers(len(some), size=(RESAMPLES, len(some)))].mean(axis=1) for some in own]
        columns.append(np.mean(means, axis=0))
    return np.stack(columns, axis=1)


def _needed(level: float, curves: Sequence[_Curve], shares: Iterable[Floats]) -> list[float | None]:
    """Return the answers at which each mean curve reaches a level.

    With more answers a search finds no less on average: what dips by chance is levelled (isotonic regression).
    """
    paid = [float(np.mean([one.paid[budget] for one in curves])) for budget in _budgets(curves)]
    return [crossing(paid, isotonic_regression(own).x.tolist(), level) for own in shares]


def as_records(found: Iterable[HeadStart]) -> list[Mapping[str, Any]]:
    """Return head starts as what JSON holds."""
    return [{**asdict(one), "times": one.times} for one in found]


def tables(found: Sequence[HeadStart]) -> RenderableType:
    """Return head starts as tables to print: what they came to by budget, and answers to each level."""
    parts: list[RenderableType] = []
    head = f"{WITHOUT} with what it learnt on other targets ({HEAD_START})"
    if found:
        parts += [Text(), Text(f"{head}: share of the true gain, without / with", "bold"), _shares(found)]
    for level in dict.fromkeys(one.level for one in found):
        title = f"{head}: answers to {level:.0%} of the true gain"
        parts += [Text(), Text(title, "bold"), _table([one for one in found if one.level == level])]
    return Group(*parts)


def _table(found: Iterable[HeadStart]) -> Table:
    shown = Table(
        Column("Targets", no_wrap=True),
        "How many",
        *(Column(head, no_wrap=True, justify="right") for head in ("Without", "With")),
        Column("As a share,\n95% interval", no_wrap=True),
    )
    for one in found:
        needs = ("–" if value is None else f"{value:,.0f}" for value in (one.without, one.given))
        times, low, high = ("–" if value is None else f"{value:.2f}" for value in (one.times, one.low, one.high))
        interval = "" if one.low is None and one.high is None else f" {bracketed(low, high)}"
        # A table has no room for the longest names.
        shown.add_row(Text(one.where.removeprefix(MADE_UP)), str(one.targets), *needs, Text(times + interval))
    return shown


def _shares(found: Sequence[HeadStart]) -> Table:
    """Return what several targets came to by budget; each target's own where there is none but one."""
    own = [one for one in found if one.level == found[0].level]
    groups = [one for one in own if one.targets > 1] or own
    budgets = sorted({budget for one in groups for budget in one.shares})
    columns = (Column(f"{budget:,}", no_wrap=True, justify="right") for budget in budgets)
    shown = Table(Column("Targets", no_wrap=True), *columns)
    for one in groups:
        both = (one.shares.get(budget) for budget in budgets)
        cells = ("–" if two is None else f"{two[0]:.0%} / {two[1]:.0%}" for two in both)
        shown.add_row(Text(one.where.removeprefix(MADE_UP)), *cells)
    return shown
