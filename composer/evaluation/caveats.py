"""What speaks against a gain: a constant answer does as well, the test is too small, or it sits in few places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from composer.confidence import WIDTHS_TO_DETECT
from composer.evaluation.dev_and_test import DevTestGap
from composer.evaluation.formatting import NAMES, SHARES, bracketed, change, figure
from composer.evaluation.outcomes import Difference, Row, as_change
from composer.task.task import Output

if TYPE_CHECKING:
    from composer.evaluation.concentration import Concentration

Answers = tuple[tuple[str, int], ...]

MOST_NAMED = 3
"""Clusters that are named one by one."""


@dataclass(frozen=True)
class Constant:
    """The best answer to give to every example, and the metric it comes to: NMSE, or accuracy in [0, 1]."""

    answer: str
    figure: float


def best_constant(output: Output, rows: Sequence[Row]) -> Constant:
    """Return the constant answer that the metric likes best on these examples; `rows` is not empty.

    It is chosen with the labels known: a prompt that does no better doesn't distinguish examples.
    """
    return best_constant_of(output, [row.gold for row in rows])


def best_constant_of(output: Output, golds: Sequence[float | str]) -> Constant:
    """Return the constant answer that the metric likes best on examples with these labels, at least one."""
    if output.kind == "label":
        label, number = Counter(map(str, golds)).most_common(1)[0]
        return Constant(label, number / len(golds))
    low, high = output.scale
    losses = {
        rating: sum(((rating - float(gold)) / (high - low)) ** 2 for gold in golds) / len(golds)
        for rating in range(low, high + 1)
    }
    best = min(losses, key=lambda rating: losses[rating])
    return Constant(str(best), 100 * losses[best])


def find_caveats(
    metric: Difference,
    output: Output,
    rows: Sequence[Row],
    *,
    gap: DevTestGap | None = None,
    gathered: Sequence[Concentration] = (),
) -> tuple[str, ...]:
    """Return sentences on what speaks against a candidate's gain; empty where nothing of this does.

    `gap` is how much of the search's estimate is left on test, `gathered` are the few places where the
    gain sits. Rows of older evidence hold no gold label: with them, no constant answer is compared.
    """
    found = []
    if all(row.gold != "" for row in rows):
        constant = best_constant(output, rows)
        same = f"Always answering “{constant.answer}” would come to {figure(metric.name, constant.figure)}"
        if not _better(metric, metric.candidate, constant.figure):
            found.append(f"{same}: the candidate is no better than that.")
        elif not _better(metric, metric.incumbent, constant.figure):
            found.append(f"{same}: that part of the gain does not depend on the input.")
    smallest = minimum_detectable_difference(metric)
    if smallest is not None and metric.improved and abs(metric.difference or 0.0) < smallest:
        size = change(metric.name, smallest).lstrip("+")
        found.append(f"The test finds differences of {size} reliably; this one is smaller.")
    found += [_gathered(metric.name, one) for one in gathered]
    if gap is not None and gap.verdict == "overfitted":
        expected, left = change(metric.name, gap.dev), change(metric.name, metric.difference)
        found.append(f"The search overfitted: of {NAMES[metric.name]} {expected} on dev, {left} is left on test.")
    return tuple(found)


def _gathered(metric: str, one: Concentration) -> str:
    """Return where most of a gain sits, and what is left of it elsewhere."""
    named = ", ".join(one.names[:MOST_NAMED]) + " and others" * (len(one.names) > MOST_NAMED)
    where = f"the slice {named}" if one.kind == "slice" else _clusters(len(one.names), named)
    held = "all of it" if one.share >= 1 else f"{one.share:.0%} of it"
    low, high = sorted(as_change(metric, bound) for bound in (one.low, one.high))
    unit = " points" if metric in SHARES else ""
    bounds = bracketed(change(metric, low), change(metric, high))
    rest = f"{change(metric, as_change(metric, one.rest))}{unit} {bounds}"
    return (
        f"The gain sits in {where}: {one.examples:,} of {one.total:,} examples hold {held}. On all others "
        f"{NAMES[metric]} changes by {rest}, which is no clear gain."
    )


def _clusters(number: int, named: str) -> str:
    return f"the cluster {named}" if number == 1 else f"{number} clusters ({named})"


def _better(metric: Difference, figure: float | None, other: float) -> bool:
    if figure is None:
        return False
    return figure < other if metric.better_is == "lower" else figure > other


def answers_given(rows: Sequence[Row]) -> tuple[Answers, Answers]:
    """Return how often each answer was given before and after, by answer; malformed ones last."""
    before = Counter(row.incumbent_value for row in rows)
    after = Counter(row.candidate_value for row in rows)
    return _in_order(before), _in_order(after)


def _in_order(counted: Counter[float | str | None]) -> Answers:
    given = sorted((value for value in counted if value is not None), key=lambda value: (str(type(value)), value))
    counts = [(f"{value:g}" if isinstance(value, float | int) else value, counted[value]) for value in given]
    return (*counts, *([("malformed", counted[None])] if None in counted else []))


def minimum_detectable_difference(difference: Difference) -> float | None:
    """Return the true difference that such a test detects four times in five; None without an interval."""
    if difference.low is None or difference.high is None:
        return None
    return WIDTHS_TO_DETECT * (difference.high - difference.low)
