"""What the records of a benchmark show: gains against answers paid, and the gate's false positives."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from composer.bench.gate import mean_interval
from composer.bench.replay import HEAD_START, Record
from composer.bench.seeds import seeded
from composer.bench.synthetic import MADE_UP
from composer.optimizer.strategies import DEFAULT_STRATEGY
from library.errors import Refused
from library.yamlfile import read_text

LIMIT_BYTES = 500_000_000
LEVELS = (0.9, 0.5)
"""Shares of the oracle's gain that a strategy is timed to: nearly all there is, and half of it."""
LEAST_GAIN = 0.005
"""An oracle that gains less than this leaves nothing to take a share of."""
RESAMPLES = 1999
RECORDED, SYNTHETIC = "recorded worlds", "made-up worlds"


@dataclass(frozen=True)
class Point:
    """One strategy on one world at one budget, over all seeds.

    `paid` is the mean number of answers; `gain` the mean gain on test with its 95% interval `low` to `high`
    over the seeds; `oracle` the oracle's gain on test.
    """

    world: str
    strategy: str
    budget: int
    seeds: int
    paid: float
    gain: float
    low: float
    high: float
    oracle: float

    def share(self, gain: float) -> float | None:
        """Return a gain as a share of the oracle's; None where the oracle gains next to nothing."""
        return gain / self.oracle if self.oracle >= LEAST_GAIN else None


@dataclass(frozen=True)
class Reach:
    """Answers a strategy needs for a share (`level`) of the oracle's gain on one world, or over a group of them.

    `answers` is None where it did not get there; `most` is what it paid at its largest budget.
    """

    level: float
    world: str
    strategy: str
    answers: float | None
    most: float


@dataclass(frozen=True)
class Ratio:
    """The default strategy against the best of the others: how many times the answers that one needs.

    `times` above 1 means that the default needs fewer; None where either never got to this share (`level`) of
    the oracle's gain. `rival` is empty where none of the others got there.
    """

    level: float
    world: str
    default: float | None
    rival: str
    answers: float | None
    times: float | None


@dataclass(frozen=True)
class Promotions:
    """How the runs of one strategy on a group of worlds ended, as shares of all of them.

    `worse`: what was found has a true gain below zero; `promoted`: it would have passed the gate;
    `fooled`: promoted although its true gain isn't above zero; `harmed`: promoted and truly worse.
    """

    group: str
    strategy: str
    runs: int
    worse: float
    promoted: float
    fooled: float
    harmed: float


@dataclass(frozen=True)
class Summary:
    """All that a report shows.

    `found` are points of recorded worlds whose gains are those on dev: what a search found of what it could,
    whether or not it holds on other examples. `groups` are points of whole groups of worlds: the gain is the
    mean share of the oracle's, which is 1.
    """

    points: tuple[Point, ...]
    found: tuple[Point, ...]
    groups: tuple[Point, ...]
    reach: tuple[Reach, ...]
    ratios: tuple[Ratio, ...]
    promotions: tuple[Promotions, ...]


def read_records(paths: Sequence[Path]) -> list[Record]:
    """Read what `composer bench search --out` wrote, each file once.

    Raises `Refused` with the record and field at fault, and where two files hold the same search.
    """
    records = [record for path in paths for record in _read(path)]
    searches = Counter((one.world, one.strategy, one.budget, one.seed) for one in records)
    if twice := next((search for search, count in searches.items() if count > 1), None):
        world, strategy, budget, seed = twice
        raise Refused(
            f"{strategy} on {world} with budget {budget} and seed {seed} is recorded more than once",
            fix="Name files whose searches differ in world, strategy, budget or seed.",
        )
    return records


def _read(path: Path) -> list[Record]:
    text = read_text(path, limit_bytes=LIMIT_BYTES)
    try:
        records = TypeAdapter(list[Record]).validate_json(text)
    except ValidationError as error:
        found = []
        for details in error.errors(include_url=False):
            where = ".".join(str(step) for step in details["loc"][1:])
            number = f", record {int(details['loc'][0]) + 1}" if details["loc"] else ""
            found.append(f"{path}{number}{f', field {where}' if where else ''}: {details['msg']}")
        fix = "Bring a file that `composer bench search --out` wrote."
        raise Refused("these are no records of a benchmark", where=str(path), fix=fix, problems=found) from error
    if not records:
        raise Refused("the file holds no records", where=str(path), fix="Run `composer bench search` again.")
    return records


def summarised(records: Sequence[Record]) -> Summary:
    """Return what records show, worlds in order of their names, recorded ones first."""
    points = tuple(_points(records))
    found = tuple(_points([record for record in records if group_of(record.world) == RECORDED], "dev"))
    reach = tuple(one for level in LEVELS for one in (*_reach(points, level), *_reach_of_groups(points, level)))
    return Summary(
        points, found, tuple(_groups(records)), reach, tuple(_ratios(reach)), tuple(_promotions(records))
    )


def group_of(world: str) -> str:
    """Return which group a world is of: recorded or made up."""
    return SYNTHETIC if world.startswith(MADE_UP) else RECORDED


def as_json(summary: Summary, head_starts: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return a summary as one JSON document, with what head starts are worth."""
    content = {
        "points": [_with_shares(point) for point in summary.points],
        "found": [_with_shares(point) for point in summary.found],
        "groups": [_plain(point) for point in summary.groups],
        "reach": [_plain(one) for one in summary.reach],
        "ratios": [_plain(one) for one in summary.ratios],
        "promotions": [_plain(one) for one in summary.promotions],
        **({"head_starts": [dict(one) for one in head_starts]} if head_starts else {}),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _with_shares(point: Point) -> Mapping[str, Any]:
    shares = {"share": point.gain, "share_low": point.low, "share_high": point.high}
    return {**_plain(point), **{name: _rounded(point.share(gain)) for name, gain in shares.items()}}


def _points(records: Sequence[Record], split: Literal["dev", "test"] = "test") -> Iterable[Point]:
    def cell(record: Record) -> tuple[bool, str, str, int]:
        return group_of(record.world) == SYNTHETIC, record.world, record.strategy, record.budget

    for (_, world, strategy, budget), group in groupby(sorted(records, key=cell), cell):
        runs = sorted(group, key=lambda record: record.seed)
        gains = np.array([record.gain_dev if split == "dev" else record.gain_test for record in runs])
        rng = np.random.default_rng(seeded("report", world, strategy, budget))
        interval = mean_interval(gains, rng, resamples=RESAMPLES)
        paid = float(np.mean([record.paid for record in runs]))
        first = runs[0]
        on_dev, on_test = first.incumbent_dev - first.oracle_dev, first.incumbent_test - first.oracle_test
        oracle = on_dev if split == "dev" else on_test
        gain = float(gains.mean())
        yield Point(world, strategy, budget, len(runs), paid, gain, interval.low, interval.high, oracle)


def _groups(records: Sequence[Record]) -> Iterable[Point]:
    """Average shares over the worlds of a group that have something to gain, seed by seed.

    Only where all of them were searched: a mean over fewer worlds is not comparable.
    """

    def cell(record: Record) -> tuple[bool, str, int]:
        return group_of(record.world) == SYNTHETIC, record.strategy, record.budget

    gainful = [record for record in records if record.incumbent_test - record.oracle_test >= LEAST_GAIN]
    for (made_up, strategy, budget), group in groupby(sorted(gainful, key=cell), cell):
        shares: dict[int, list[float]] = {}
        runs = list(group)
        for record in runs:
            share = record.gain_test / (record.incumbent_test - record.oracle_test)
            shares.setdefault(record.seed, []).append(share)
        worlds = {record.world for record in gainful if (group_of(record.world) == SYNTHETIC) == made_up}
        if len(worlds) < 2 or {record.world for record in runs} != worlds:
            continue
        means = np.array([np.mean(shares[seed]) for seed in sorted(shares)])
        name = SYNTHETIC if made_up else RECORDED
        rng = np.random.default_rng(seeded("report", name, strategy, budget))
        bounds = mean_interval(means, rng, resamples=RESAMPLES)
        paid = float(np.mean([record.paid for record in runs]))
        yield Point(name, strategy, budget, len(means), paid, float(means.mean()), bounds.low, bounds.high, 1.0)


def _reach(points: Sequence[Point], level: float) -> Iterable[Reach]:
    for (world, strategy), group in groupby(points, lambda point: (point.world, point.strategy)):
        curve = list(group)
        shares = [point.share(point.gain) for point in curve]
        if None not in shares:
            paid = [point.paid for point in curve]
            answers = crossing(paid, [share or 0.0 for share in shares], level)
            yield Reach(level, world, strategy, answers, max(paid))


def _reach_of_groups(points: Sequence[Point], level: float) -> Iterable[Reach]:
    """Reach on the mean curve of a group: shares and answers paid are averaged over its worlds at each budget."""
    for group in (RECORDED, SYNTHETIC):
        own = [point for point in points if group_of(point.world) == group and point.oracle >= LEAST_GAIN]
        worlds = {point.world for point in own}
        if len(worlds) < 2:
            continue
        for strategy in sorted({point.strategy for point in own}):
            at: dict[int, list[Point]] = {}
            for point in own:
                if point.strategy == strategy:
                    at.setdefault(point.budget, []).append(point)
            everywhere = [at[budget] for budget in sorted(at) if len(at[budget]) == len(worlds)]
            paid = [float(np.mean([point.paid for point in points])) for points in everywhere]
            share = [float(np.mean([point.gain / point.oracle for point in points])) for points in everywhere]
            if paid:
                yield Reach(level, group, strategy, crossing(paid, share, level), max(paid))


def crossing(paid: Sequence[float], share: Sequence[float], level: float) -> float | None:
    """Return the answers at which a curve first reaches a level: straight lines, from nothing paid or gained."""
    x, y = 0.0, 0.0
    for to_x, to_y in zip(paid, share, strict=True):
        if to_y >= level:
            return x + (to_x - x) * (level - y) / (to_y - y)
        x, y = to_x, to_y
    return None


def _ratios(reach: Sequence[Reach]) -> Iterable[Ratio]:
    for (level, world), group in groupby(reach, lambda one: (one.level, one.world)):
        answers = {one.strategy: one.answers for one in group}
        answers.pop(HEAD_START, None)  # the default itself, which knew more
        if DEFAULT_STRATEGY not in answers or len(answers) < 2:
            continue
        default = answers.pop(DEFAULT_STRATEGY)
        best = min(((need, rival) for rival, need in answers.items() if need is not None), default=(None, ""))
        times = best[0] / default if best[0] is not None and default else None
        yield Ratio(level, world, default, best[1], best[0], times)


def _promotions(records: Sequence[Record]) -> Iterable[Promotions]:
    def kind(record: Record) -> str:
        # Where nothing can be gained, every promotion is a mistake: such worlds are shown apart.
        nothing = record.oracle_truth < LEAST_GAIN
        return f"{group_of(record.world)}, {'nothing to gain' if nothing else 'something to gain'}"

    def cell(record: Record) -> tuple[str, str]:
        return kind(record), record.strategy

    for (group, strategy), runs in groupby(sorted(records, key=cell), cell):
        own = list(runs)
        shares = (
            np.mean([record.truth < 0 for record in own]),
            np.mean([record.promoted for record in own]),
            np.mean([record.promoted and record.truth <= 0 for record in own]),
            np.mean([record.promoted and record.truth < 0 for record in own]),
        )
        yield Promotions(group, strategy, len(own), *(float(share) for share in shares))


def _plain(row: Point | Reach | Ratio | Promotions) -> Mapping[str, Any]:
    return {name: _rounded(value) if isinstance(value, float) else value for name, value in vars(row).items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, 6)
