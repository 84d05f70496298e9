"""How often the product's own intervals hold the truth, and its gate errs: simulated on synthetic answers.

A simulated example has a gold rating, skewed as people's ratings of relatedness are, and a rating by each
prompt: gold, an error that the prompts share and one of their own, rounded to the scale. Either answer may be
malformed. A share of the examples is answered alike by both. Each simulation draws that share and the rates of
malformed answers from the ranges of its case, since the coverage of a discrete figure jumps from one rate to the
next (Agresti and Coull 1998, "Approximate is better than exact for interval estimation of binomial proportions"):
what is shown is the mean over the range. Where the examples are so few that one or two differ in being malformed
at all, no interval of the valid rate is near 95%, and such cases are not among these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from itertools import groupby, product
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from rich.table import Column, Table
from rich.text import Text

from composer.bench.seeds import seeded
from composer.evaluation.figures import Floats
from composer.evaluation.formatting import NAMES
from composer.evaluation.gates import improves
from composer.evaluation.metrics import Metric, Scored, figures
from composer.evaluation.paired import difference
from composer.task.task import DataSpec, Output, Task
from library.errors import Refused

SIZES = (50, 200, 1000)
SIMULATIONS = 8000
"""Simulations of each sort: one standard error of a coverage of 95% is then a quarter of a point."""
FIGURES = ("nmse", "valid_rate")
WANTED = (0.93, 0.97)
FOOLED = 0.03

_LOW, _HIGH = 1, 5
_DECK = 40_000
_TOGETHER = 500
"""Simulations of one sort that go to a process together."""

Range = tuple[float, float]


@dataclass(frozen=True)
class Prompt:
    """How one prompt answers: mean and standard deviation of its error in steps of the scale, share malformed."""

    bias: float
    noise: float
    malformed: Range


@dataclass(frozen=True)
class Case:
    """One sort of comparison; `alike` is the share of examples that both prompts answer with the same words.

    With `equal` each answer may as well have been the other prompt's: there is no difference whatever.
    """

    name: str
    before: Prompt
    after: Prompt
    alike: Range = (0.0, 0.0)
    equal: bool = False
    figures: tuple[str, ...] = FIGURES


_GOOD = Prompt(bias=0.0, noise=0.8, malformed=(0.02, 0.2))
_ROUGH = Prompt(bias=0.8, noise=1.6, malformed=(0.1, 0.3))
_NEVER = (0.0, 0.0)

CASES = (
    Case("no difference", _GOOD, _GOOD, equal=True),
    Case("gain", _ROUGH, _GOOD),
    Case("ties, no difference", _ROUGH, _ROUGH, alike=(0.5, 0.8), equal=True),
    Case("ties, gain", _ROUGH, Prompt(0.0, 0.5, (0.0, 0.1)), alike=(0.5, 0.8)),
    Case("constant loss before", Prompt(0.0, 1.0, (1.0, 1.0)), Prompt(0.0, 0.8, (0.05, 0.5))),
    Case("skewed, some malformed", Prompt(0.0, 0.4, (0.05, 0.2)), Prompt(0.0, 0.4, (0.0, 0.1))),
    # No answer is malformed here, so that there is no valid rate to be held.
    Case("all valid, no difference", _GOOD, _GOOD, equal=True, figures=("nmse",)),
    Case("all valid, ties, gain", _ROUGH, _GOOD, alike=(0.5, 0.8), figures=("nmse",)),
)


@dataclass(frozen=True)
class Coverage:
    """How often the 95% interval of a figure over n examples held the true difference.

    `false_improvement` is how often the gate "improves" let a candidate pass that is equal to the incumbent;
    None where the case has a difference.
    """

    figure: str
    n: int
    case: str
    coverage: float
    false_improvement: float | None

    @property
    def good(self) -> bool:
        """Whether it is what is asked for: 93 to 97%, and at most 3% fooled."""
        return WANTED[0] <= self.coverage <= WANTED[1] and (self.false_improvement or 0.0) <= FOOLED


def covered(
    simulations: int = SIMULATIONS,
    *,
    seed: int = 0,
    jobs: int = 1,
    sizes: Sequence[int] = SIZES,
    on_done: Callable[[int], None] = lambda _simulations: None,
) -> list[Coverage]:
    """Return the coverage of every case at every size, the same for the same seed whatever `jobs` is.

    `on_done` hears how many simulations have ended, of `total(simulations, sizes)`. Raises `Refused` where a
    number makes no sense.
    """
    for name, number in (("simulations", simulations), ("jobs", jobs)):
        if number < 1:
            raise Refused(f"{number} {name} make no figure", fix="Name a whole number from 1.")
    batches = [(first, min(_TOGETHER, simulations - first)) for first in range(0, simulations, _TOGETHER)]
    grid = [(place, n, seed, *batch) for place, n, batch in product(range(len(CASES)), sizes, batches)]
    done = 0
    counts: defaultdict[tuple[int, int], NDArray[np.int64]] = defaultdict(lambda: np.zeros((), dtype=np.int64))
    for (place, n, *_, some), found in zip(grid, _each(grid, jobs), strict=True):
        counts[place, n] = counts[place, n] + found
        done += some
        on_done(done)
    return [
        Coverage(
            figure,
            n,
            case.name,
            float(counts[place, n][row, 0]) / simulations,
            float(counts[place, n][row, 1]) / simulations if case.equal else None,
        )
        for place, case in enumerate(CASES)
        for row, figure in enumerate(case.figures)
        for n in sizes
    ]


def total(simulations: int, sizes: Sequence[int] = SIZES) -> int:
    """Return how many simulations `covered` makes in all."""
    return simulations * len(CASES) * len(sizes)


def table(found: Sequence[Coverage]) -> Table:
    """Return coverages as percentages, one row a figure and case; "!" marks what is not as wanted."""
    sizes = sorted({one.n for one in found})
    table = Table(
        "Figure",
        "Case",
        *(Column(f"n = {size:,}", justify="right", no_wrap=True) for size in sizes),
        title="How often the 95% interval holds the truth (how often an equal candidate passes the gate), %",
        title_justify="left",
    )
    for (name, case), group in groupby(found, lambda one: (one.figure, one.case)):
        shown = {one.n: _shown(one) for one in group}
        table.add_row(NAMES[name], Text(case), *(shown.get(size, "") for size in sizes))
    return table


def _shown(one: Coverage) -> Text:
    fooled = "" if one.false_improvement is None else f" ({100 * one.false_improvement:.1f})"
    return Text(f"{100 * one.coverage:.1f}{fooled}{'' if one.good else ' !'}")


def as_records(found: Sequence[Coverage]) -> list[dict[str, object]]:
    """Return coverages as plain values, for JSON."""
    return [asdict(one) for one in found]


def _each(grid: Sequence[tuple[int, int, int, int, int]], jobs: int) -> Iterator[NDArray[np.int64]]:
    if jobs == 1:
        yield from map(_simulate, grid)
        return
    # Not forked: a process with threads in it, as the progress bar's, can't safely be.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_simulate, grid)


def _simulate(sort: tuple[int, int, int, int, int]) -> NDArray[np.int64]:
    """Return for each figure of a case how often its interval held the truth, and its gate let pass."""
    place, n, seed, first, count = sort
    case = CASES[place]
    rng = np.random.default_rng(seeded("coverage", case.name, n, seed, first))
    clusters = [(str(number),) for number in range(n)]
    tallies = np.zeros((len(case.figures), 2), dtype=np.int64)
    for _ in range(count):
        world = _world(case, rng)
        before, after = world.drawn(n, rng)
        for row, name in enumerate(case.figures):
            one = difference(_FIGURES[name], before, after, clusters, rng)
            truth = world.truth(name)
            if one.low is not None and one.high is not None:
                # A hair wider: a bound that is the truth itself may be off by a rounding.
                tallies[row, 0] += one.low - 1e-9 <= truth <= one.high + 1e-9
            tallies[row, 1] += improves(one).passed
    return tallies


_TASK = Task(
    name="simulated",
    title="Simulated ratings",
    inputs=("text",),
    output=Output(field="rating", kind="ordinal", low=_LOW, high=_HIGH),
    base="Rate the text.\n{{snippets}}",
    message="{{text}}",
    data=DataSpec(source="import"),
)
_FIGURES: dict[str, Metric] = {figure.name: figure for figure in figures(_TASK)}


@dataclass(frozen=True)
class _World:
    """A case with its rates drawn: examples come from a finite deck, so that the truth is known exactly."""

    case: Case
    deck: tuple[Floats, Floats, Floats]
    alike: float
    malformed: tuple[float, float]

    def truth(self, figure: str) -> float:
        """The true difference of a figure, candidate minus incumbent."""
        if self.case.equal:
            return 0.0
        gold, *sides = self.deck
        bad, better = self.malformed
        if figure == "valid_rate":
            return (1 - self.alike) * (bad - better)
        was, now = (
            rate + (1 - rate) * float(_loss(side, gold).mean())
            for rate, side in zip(self.malformed, sides, strict=True)
        )
        return 100 * (1 - self.alike) * (now - was)

    def drawn(self, n: int, rng: np.random.Generator) -> tuple[Scored, Scored]:
        """Draw n examples with both answers."""
        cards = rng.integers(_DECK, size=n)
        gold, was, now = (values[cards] for values in self.deck)
        valid, still = (rng.random(n) >= rate for rate in self.malformed)
        if self.case.equal:
            swapped = rng.random(n) < 0.5
            was, now = np.where(swapped, now, was), np.where(swapped, was, now)
        alike = rng.random(n) < self.alike
        now, still = np.where(alike, was, now), np.where(alike, valid, still)
        return _scored(gold, was, valid), _scored(gold, now, still)


def _world(case: Case, rng: np.random.Generator) -> _World:
    some_valid = "valid_rate" in case.figures
    rates = [rng.uniform(*(prompt.malformed if some_valid else _NEVER)) for prompt in (case.before, case.after)]
    # An equal candidate has the same rate, not one from the same range.
    after = rates[0] if case.equal else rates[1]
    return _World(case, _deck(case), rng.uniform(*case.alike), (rates[0], after))


@cache
def _deck(case: Case) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seeded("deck", case.name))
    gold = _LOW + (_HIGH - _LOW) * rng.beta(0.9, 2.2, _DECK)
    shared = rng.normal(size=_DECK)
    sides = []
    for prompt in (case.before, case.after):
        error = prompt.bias + prompt.noise * (shared + rng.normal(size=_DECK)) / np.sqrt(2)
        sides.append(np.clip(np.rint(gold + error), _LOW, _HIGH))
    return gold, sides[0], sides[1]


def _loss(value: Floats, gold: Floats) -> Floats:
    loss: Floats = ((value - gold) / (_HIGH - _LOW)) ** 2
    return loss


def _scored(gold: Floats, value: Floats, valid: NDArray[np.bool_]) -> Scored:
    return Scored(np.where(valid, _loss(value, gold), 1.0), valid, np.where(valid, value, np.nan), gold)
