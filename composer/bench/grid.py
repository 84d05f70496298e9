"""Every strategy on every world at every budget, over and over with new seeds; on several processors if wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import product
from multiprocessing import get_context
from typing import NamedTuple

from composer.bench.catalogue import open_world, others_of
from composer.bench.contestants import contestant
from composer.bench.known_targets import EARLIER, prior_on, shown_on
from composer.bench.replay import HEAD_START, Bench, Record
from library.errors import Refused

BUDGETS = (50, 100, 200, 400, 800)
SEEDS = 20
_TOGETHER = 5
"""Seeds of one search that go to a process together."""


class Runs(NamedTuple):
    """Searches that differ in their seed alone."""

    world: str
    strategy: str
    budget: int
    seeds: tuple[int, ...]
    earlier: int


def run_grid(
    worlds: Sequence[str],
    strategies: Sequence[str],
    budgets: Sequence[int],
    *,
    seeds: int = SEEDS,
    jobs: int = 1,
    earlier: int = EARLIER,
    on_done: Callable[[int, Runs], None] = lambda _searches, _runs: None,
) -> list[Record]:
    """Return a record of every search, sorted by world, strategy, budget and seed, whatever `jobs` is.

    `worlds` are names that `catalogue.expanded` gives; seeds count from 0. `earlier` counts the answers of each
    search on another target that a head start is learnt from. `on_done` hears how many searches have ended and
    of which. Raises `Refused` where a strategy is unknown or a number makes no sense.
    """
    counts = {"number of seeds": seeds, "number of jobs": jobs, "number of earlier answers": earlier}
    _check(worlds, strategies, budgets, counts)
    _bench.cache_clear()
    shown_on.cache_clear()
    names = [open_world(world).name for world in worlds]
    for name in names:
        if names.count(name) > 1:
            raise Refused(f"two worlds are called {name}", fix="Name one of them only.")
    groups = [range(first, min(first + _TOGETHER, seeds)) for first in range(0, seeds, _TOGETHER)]
    grid = [
        Runs(world, strategy, budget, tuple(group), earlier)
        for world, strategy, budget, group in product(worlds, strategies, sorted(set(budgets)), groups)
    ]
    records: list[Record] = []
    for runs, done in zip(grid, _each(grid, jobs), strict=True):
        records += done
        on_done(len(records), runs)
    return sorted(records, key=lambda record: (record.world, record.strategy, record.budget, record.seed))


def as_json(records: Sequence[Record]) -> str:
    """Return records as a JSON list, one record a line, the same bytes for the same records."""
    lines = [json.dumps(record.model_dump(mode="json"), ensure_ascii=False) for record in records]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _each(grid: Sequence[Runs], jobs: int) -> Iterator[list[Record]]:
    if jobs == 1:
        yield from map(_run, grid)
        return
    # Not forked: a process with threads in it, as the progress bar's, can't safely be.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_run, grid)


def _run(runs: Runs) -> list[Record]:
    bench = _bench(runs.world, runs.earlier)
    return [bench.run(runs.strategy, runs.budget, seed) for seed in runs.seeds]


@lru_cache(maxsize=4)
def _bench(world: str, earlier: int) -> Bench:
    others = others_of(world)
    return Bench(open_world(world), partial(prior_on, world, others, earlier=earlier))


def _check(
    worlds: Sequence[str],
    strategies: Sequence[str],
    budgets: Sequence[int],
    counts: Mapping[str, int],
) -> None:
    for strategy in strategies:
        if strategy != HEAD_START:
            contestant(strategy)
    alone = next((world for world in worlds if HEAD_START in strategies and not others_of(world)), None)
    if alone is not None:
        raise Refused(
            f"{HEAD_START} learns from a world's family, and {alone} is of none",
            fix="Name families, such as families-report: data/worlds/families.yaml has them all.",
        )
    if len(set(strategies)) < len(strategies):
        raise Refused("a strategy is named twice", fix="Name each once.")
    if not strategies or not budgets:
        raise Refused("no strategy or no budget is named", fix="Name at least one of each.")
    for name, least in (("budget", min(budgets)), *counts.items()):
        if least < 1:
            raise Refused(f"a {name} of {least} makes no search", fix="Name a whole number from 1.")
