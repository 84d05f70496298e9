"""The tables of a benchmark's report, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import isnan

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from composer.bench.noise_floor import Limit
from composer.bench.report import LEAST_GAIN, Point, Promotions, Ratio, Reach, Summary
from composer.evaluation.formatting import bracketed
from composer.optimizer.strategies import DEFAULT_STRATEGY


def tables(summary: Summary) -> RenderableType:
    """Return the report: shares of the oracle's gain, answers to reach 90% of it, and what the gate let pass."""
    levels = list(dict.fromkeys(one.level for one in summary.reach))
    parts: list[RenderableType] = []
    if summary.groups:
        title = "Gain on test as % of the oracle’s, mean over the worlds with something to gain [95% over seeds]"
        parts += _titled(title, _shares(summary.groups))
    parts += _titled(
        "Gain on test as % of the oracle’s, by budget [95% interval over seeds]; in round brackets, where the "
        "oracle gains nothing, the loss saved × 100",
        _shares(summary.points),
    )
    if summary.found:
        title = "What the search found: the same of the gain on dev, on recorded worlds [95% interval over seeds]"
        parts += _titled(title, _shares(summary.found))
    for level in levels:
        reach = [one for one in summary.reach if one.level == level]
        parts += _titled(f"Answers to reach {level:.0%} of the oracle’s gain on test", _reach(reach))
    for level in levels:
        if ratios := [one for one in summary.ratios if one.level == level]:
            title = f"{DEFAULT_STRATEGY}, the default, against the best of the others, to {level:.0%} of that gain"
            parts += _titled(title, _ratios(ratios))
    parts += _titled(
        "What was found, what the gate let pass, and what of that is truly no better or worse, as % of runs",
        _promotions(summary.promotions),
    )
    return Group(*parts)


def limits(found: Sequence[Limit]) -> Table:
    """Return how finely recorded worlds distinguish strategies, one row a world."""
    table = Table(
        _name("World"), "Answers in all", "Oracle’s gain on test", "Gain with every answer [95%]", "as %"
    )
    for one in found:
        gain = f"{one.gain:.3f} {bracketed(f'{one.low:.3f}', f'{one.high:.3f}')}"
        share = "–"
        if one.oracle >= LEAST_GAIN:
            mean, low, high = (str(round(100 * value / one.oracle)) for value in (one.gain, one.low, one.high))
            share = f"{mean} {bracketed(low, high)}"
        table.add_row(Text(one.world), f"{one.answers:,}", f"{one.oracle:.3f}", Text(gain), Text(share))
    return table


def _titled(title: str, table: Table) -> list[RenderableType]:
    # Not the table's own title, which would be folded to the width of the table.
    return [Text(), Text(title, "bold"), table]


def _shares(points: Sequence[Point]) -> Table:
    budgets = sorted({point.budget for point in points})
    table = Table(
        _name("World"),
        _name("Strategy"),
        *(f"{budget:,}" for budget in budgets),
    )
    for world, of_world in groupby(points, lambda point: point.world):
        name = world
        for strategy, group in groupby(of_world, lambda point: point.strategy):
            by_budget = {point.budget: point for point in group}
            shares = [_share(by_budget[budget]) if budget in by_budget else "–" for budget in budgets]
            table.add_row(Text(name), Text(strategy), *(Text(one) for one in shares))
            name = ""
        table.add_section()
    return table


def _share(point: Point) -> str:
    share, low, high = (point.share(value) for value in (point.gain, point.low, point.high))
    if share is None:
        return f"({round(100 * point.gain, 1) + 0.0:+.1f})"
    if low is None or high is None or isnan(low) or isnan(high):
        return _percent(share)
    return f"{_percent(share)} {bracketed(_percent(low), _percent(high))}"


def _percent(share: float) -> str:
    return str(round(100 * share))


def _name(title: str) -> Column:
    return Column(title, no_wrap=True)


def _reach(reach: Sequence[Reach]) -> Table:
    strategies = sorted({one.strategy for one in reach})
    table = Table(_name("World"), *strategies)
    for world, group in groupby(reach, lambda one: one.world):
        needs = {one.strategy: _needed(one) for one in group}
        table.add_row(Text(world), *(needs.get(strategy, "–") for strategy in strategies))
    return table


def _needed(one: Reach) -> str:
    return f"> {one.most:,.0f}" if one.answers is None else f"{one.answers:,.0f}"


def _ratios(ratios: Sequence[Ratio]) -> Table:
    table = Table(
        _name("World"),
        "Default needs",
        "Best rival",
        "It needs",
        "Times as many",
    )
    for one in ratios:
        default, rival = ("–" if value is None else f"{value:,.0f}" for value in (one.default, one.answers))
        times = "–" if one.times is None else f"{one.times:.2f}"
        table.add_row(Text(one.world), default, one.rival or "none gets there", rival, times)
    return table


def _promotions(promotions: Sequence[Promotions]) -> Table:
    table = Table(
        "Worlds",
        _name("Strategy"),
        "Runs",
        "Found truly worse",
        "Promoted",
        _name("truly no better"),
        _name("truly worse"),
    )
    for group, rows in groupby(promotions, lambda one: one.group):
        name = group
        for one in rows:
            shares = (f"{100 * share:.1f}" for share in (one.worse, one.promoted, one.fooled, one.harmed))
            table.add_row(Text(name), Text(one.strategy), f"{one.runs:,}", *shares)
            name = ""
        table.add_section()
    return table
