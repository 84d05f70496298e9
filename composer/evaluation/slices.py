"""The difference in each slice of the examples, with p values that allow for there being several slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

import numpy as np

from composer.data.examples import Example
from composer.evaluation.formatting import SHARES
from composer.evaluation.intervals import score_p
from composer.evaluation.metrics import Figure, Scored, figures
from composer.evaluation.outcomes import LOSS_TOLERANCE, Slice
from composer.evaluation.paired import MEANS, paired_interval
from composer.task.task import Task

MOST = 30
"""Slices that are told apart: those with the most examples."""


def slices(
    task: Task, examples: Sequence[Example], before: Scored, after: Scored, rng: np.random.Generator
) -> tuple[Slice, ...]:
    """Return the metric's difference in each named slice, by name; of more than 30 those with most examples.

    `p` is that of the interval (see `intervals.score_p`): the two never contradict each other.
    `before` and `after` are scored in the order of `examples`.
    """
    members: dict[str, list[int]] = {}
    for place, example in enumerate(examples):
        if example.slice:
            members.setdefault(example.slice, []).append(place)
    largest = sorted(members, key=lambda name: (-len(members[name]), name))[:MOST]
    figure = figures(task)[0]
    clusters = [example.clusters for example in examples]
    parts = [_slice(name, figure, members[name], clusters, before, after, rng) for name in sorted(largest)]
    return tuple(replace(one, p=p) for one, p in zip(parts, holm([one.p for one in parts]), strict=True))


def holm(p: Sequence[float]) -> list[float]:
    """Return p values corrected so that the chance of any false alarm stays what each says, in their order.

    (Holm 1979, "A simple sequentially rejective multiple test procedure".)
    """
    corrected, least = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        least = max(least, min(1.0, (len(p) - rank) * p[place]))
        corrected[place] = least
    return corrected


def _slice(
    name: str,
    figure: Figure,
    places: Sequence[int],
    clusters: Sequence[tuple[str, ...]],
    before: Scored,
    after: Scored,
    rng: np.random.Generator,
) -> Slice:
    was, now = (
        Scored(side.loss[places], side.valid[places], side.value[places], side.gold[places])
        for side in (before, after)
    )
    own = [clusters[place] for place in places]
    bounds = paired_interval(figure, was, now, own, rng)
    mean = MEANS[figure.name]
    values = mean(now).values - mean(was).values
    change = now.loss - was.loss
    better, worse = int((change < -LOSS_TOLERANCE).sum()), int((change > LOSS_TOLERANCE).sum())
    low, high = (None if isnan(bound) else bound for bound in (bounds.low, bounds.high))
    return Slice(
        name,
        len(places),
        float(values.mean()),
        low,
        high,
        score_p(values, own, span=1.0 if figure.name in SHARES else None),
        better,
        len(places) - better - worse,
        worse,
    )
