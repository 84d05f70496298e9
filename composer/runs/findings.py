"""What a run's search found, in points of the task's metric and in words: pages and commands show it.

Everything here is a search estimate: it comes from the development examples that the search chose by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.confidence import ERRORS_TO_DETECT
from composer.evaluation.formatting import NAMES, SHARES, change, interval
from composer.evaluation.metrics import as_change, as_difference, figures
from composer.evaluation.outcomes import Better, Difference
from composer.registry.datasets import dataset_of, split_size
from composer.registry.tasks import get_task
from composer.runs.records import Run
from composer.search.attribution import Attribution, Gain
from library.errors import Refused

BESIDE_INCUMBENT = "next to the incumbent’s snippets"
WITHIN_COMPOSITION = "within the composition found"
"""The two effects of a snippet that a search estimates, which differ: of adding it to the prompt in use, and of
leaving it out of the composition found."""
POINT = 0.01
"""Mean loss that is one point of the metric: NMSE is 100 times the loss, an accuracy point a hundredth."""


@dataclass(frozen=True)
class Effect:
    """What some snippets change the metric by: the difference has an interval, and no figures of its own.

    `names` are keys, or `key@version` for an older wording; `cells` is how many answers held them; `chosen`
    is whether all of them are in the composition that the search ended with.
    """

    names: tuple[str, ...]
    difference: Difference
    cells: int
    chosen: bool

    @property
    def text(self) -> str:
        """The change with its sign, its 95% interval in brackets, and whether it is better or worse."""
        one = self.difference
        return f"{change(one.name, one.difference)} {interval(one)} {one.direction}"


@dataclass(frozen=True)
class SearchFindings:
    """What a search found out about its library.

    `snippets` have the effect next to the incumbent's, the best first, those in no answer apart as `untried`;
    `pairs` are those whose interval leaves out zero; `left_out` has the effect of each snippet within the
    composition found, in its order;
    `orders` holds the composition in other orders, against its own. `attribution` is what all this was read from,
    `examples` how many the task has to search on. `stopped` is empty where it isn't known why the search
    stopped.
    """

    metric: str
    snippets: tuple[Effect, ...]
    untried: tuple[str, ...]
    pairs: tuple[Effect, ...]
    left_out: tuple[Effect, ...]
    orders: tuple[Effect, ...]
    attribution: Attribution
    examples: int
    stopped: str

    @property
    def composition(self) -> tuple[str, ...]:
        """The names of the composition that the search ended with, in its order."""
        return tuple(one.names[0] for one in self.left_out)


def search_findings(session: Session, run: Run) -> SearchFindings | None:
    """Return what a run's search found; None where it hasn't ended, or is older than this figure."""
    if run.attribution is None:
        return None
    task = get_task(session, run.task)
    known = split_size(session, dataset_of(session, task.name), "dev")
    return findings_of(run.attribution, task.metric, figures(task)[0].better_is, known, _stopped(session, run))


def findings_of(
    attribution: Attribution, metric: str, better_is: Better, examples: int, stopped: str = ""
) -> SearchFindings:
    """Return a search's attribution in points of a metric; `examples` is how many there are to search on."""
    composition = {key for one in attribution.left_out for key in one.keys}

    def effects(gains: Iterable[Gain]) -> tuple[Effect, ...]:
        return tuple(_effect(one, metric, better_is, composition) for one in gains)

    tried = sorted((one for one in attribution.snippets if one.cells), key=lambda one: -one.gain)
    return SearchFindings(
        metric,
        effects(tried),
        tuple(one.keys[0] for one in attribution.snippets if not one.cells),
        tuple(one for one in effects(attribution.pairs) if one.difference.direction in ("better", "worse")),
        effects(attribution.left_out),
        effects(attribution.orders),
        attribution,
        examples,
        stopped,
    )


def _effect(one: Gain, metric: str, better_is: Better, composition: set[str]) -> Effect:
    difference = as_difference(metric, better_is, one.gain, one.low, one.high)
    return Effect(one.keys, difference, one.cells, composition.issuperset(one.keys))


def _stopped(session: Session, run: Run) -> str:
    """Return why the search stopped: from the run's result, or where that is older, from the evidence."""
    if run.result is None:
        return ""
    if run.result.stopped is not None or run.candidate_id is None:
        return run.result.stopped or ""
    try:
        return get_candidate(session, run.candidate_id).evidence.search.stopped
    except Refused:
        return ""


def shown(effects: Sequence[Effect], most: int) -> tuple[Effect, ...]:
    """Return the effects that a reader needs first, in the order given.

    Those of the composition come before clear ones, clear ones before unclear, large before small.
    """

    def need(one: Effect) -> tuple[bool, bool, float]:
        clear = one.difference.direction in ("better", "worse")
        return not one.chosen, not clear, -abs(one.difference.difference or 0.0)

    needed = {one.names for one in sorted(effects, key=need)[:most]}
    return tuple(one for one in effects if one.names in needed)


def pair_in_words(pair: Effect) -> str:
    """Return, as a clause, how two snippets act on each other."""
    first, second = pair.names
    together = "more" if pair.difference.direction == "better" else "less"
    return f"{first} and {second} do {together} together than the sum of both: {_points(pair)}"


def order_in_words(found: SearchFindings) -> str:
    """Return, as a clause, whether the order of the composition matters."""
    if len(found.left_out) < 2:
        return "no order to choose: the composition has fewer than two snippets"
    if not found.orders:
        return "no other order of the composition was tried"
    clear = [one for one in found.orders if one.difference.direction in ("better", "worse")]
    number = len(found.orders)
    tried = "1 other order was tried" if number == 1 else f"{number} other orders were tried"
    far = max(clear or found.orders, key=lambda one: abs(one.difference.difference or 0.0))
    if not far.difference.difference:
        return f"{tried}, and no difference seen"
    if not clear:
        return f"{tried}, and no clear difference seen; the largest is {_points(far)}"
    differ = "it differs" if number == 1 else f"{len(clear)} of them differ{'s' * (len(clear) == 1)}"
    most = "" if len(clear) == 1 else ", the most"
    return f"{tried}, and {differ} clearly{most}: {', '.join(far.names)} has {_points(far)}"


def _points(one: Effect) -> str:
    return f"{NAMES[one.difference.name]} {one.text}"


def power_in_words(found: SearchFindings) -> str:
    """Return, as a clause, what gain the task's examples can show, and how many a smaller one takes."""
    if not found.attribution.noise or not found.examples:
        return ""
    visible = ERRORS_TO_DETECT * found.attribution.noise / sqrt(found.examples)
    if visible >= 1:
        return f"the answers differ too much for {found.examples:,} examples to show any gain"
    smaller = POINT if visible > 1.2 * POINT else visible / 2
    sizes = [change(found.metric, abs(as_change(found.metric, gain))).lstrip("+") for gain in (visible, smaller)]
    unit = f"points of {NAMES[found.metric]}" if found.metric in SHARES else f"{NAMES[found.metric]} points"
    return (
        f"a gain of {sizes[0]} {unit} is detected 4 times in 5 on the {found.examples:,} development "
        f"examples; one of {sizes[1]} takes about {_round(found.attribution.examples_to_see(smaller)):,}"
    )


def _round(number: int) -> int:
    """Round to two digits, as far as an estimate of the noise can be trusted."""
    return int(float(f"{number:.2g}"))
