"""The difference in each slice of the examples, with p values that allow for there being several slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from composer.data.examples import Example
from composer.evaluation.intervals import score_p
from composer.evaluation.metrics import Scored, composite
from composer.evaluation.outcomes import LOSS_TOLERANCE, Slice
from composer.evaluation.paired import mean_interval
from composer.task.task import Task

MOST = 30
"""Slices that are compared at most: those with the most examples."""


def slices(task: Task, examples: Sequence[Example], before: Scored, after: Scored) -> tuple[Slice, ...]:
    """Return the metric's difference in each named slice, by name; of more than 30 those with most examples.

    `p` is that of the interval (see `intervals.score_p`): the two never contradict each other.
    `before` and `after` are scored in the order of `examples`.
    """
    members: dict[str, list[int]] = {}
    for place, example in enumerate(examples):
        if example.slice:
            members.setdefault(example.slice, []).append(place)
    largest = sorted(members, key=lambda name: (-len(members[name]), name))[:MOST]
    parts = [_slice(task, examples, name, members[name], before, after) for name in sorted(largest)]
    return tuple(replace(one, p=p) for one, p in zip(parts, holm([one.p for one in parts]), strict=True))


def holm(p: Sequence[float]) -> list[float]:
    """Return p values corrected for their number, in their order: each bounds the chance of any false alarm.

    (Holm 1979, "A simple sequentially rejective multiple test procedure".)
    """
    corrected, least = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        least = max(least, min(1.0, (len(p) - rank) * p[place]))
        corrected[place] = least
    return corrected


def _slice(
    task: Task, examples: Sequence[Example], name: str, places: Sequence[int], before: Scored, after: Scored
) -> Slice:
    was, now = (
        composite(task, Scored(side.loss[places], side.valid[places], side.value[places], side.gold[places]))
        for side in (before, after)
    )
    clusters = [examples[place].clusters for place in places]
    bounds = mean_interval(was, now, clusters)
    low, high = (None if isnan(bound) else bound for bound in (bounds.low, bounds.high))
    values, change = now.values - was.values, now.mean_of - was.mean_of
    better, worse = int((change < -LOSS_TOLERANCE).sum()), int((change > LOSS_TOLERANCE).sum())
    return Slice(
        name,
        len(places),
        float(values.mean()),
        low,
        high,
        score_p(values, clusters, span=now.span),
        better,
        len(places) - better - worse,
        worse,
    )
