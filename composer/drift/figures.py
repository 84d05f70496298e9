"""The statistics of drift: a prompt's figure by itself, against its evidence, and against its own first answers.

Figures of different examples are compared by the square-and-add method (MOVER; Zou and Donner 2008,
"Construction of confidence limits about effect measures: a general approach", and for two shares Newcombe 1998,
method 10): each figure has the interval that it has by itself, and an end of the difference is as far from it as
the two ends that lie against each other, their squares added. Where examples of both sides share clusters, it is
wider than it needs to be. Figures of the same examples are paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, sqrt

import numpy as np

from composer.data.examples import Example
from composer.drift.records import Figure, Found
from composer.evaluation.comparison import parsed
from composer.evaluation.intervals import Interval
from composer.evaluation.metrics import Scored, composite, figures, score
from composer.evaluation.outcomes import Row
from composer.evaluation.paired import alone_interval, mean_interval
from composer.models.answer import Answer
from composer.task.task import Task

Clusters = Sequence[tuple[str, ...]]


def of_evidence(task: Task, rows: Sequence[Row], clusters: Clusters) -> tuple[Figure, float]:
    """Return what the prompt in use came to when it was measured, and the share of its answers that are valid.

    `rows` are those of its evidence, in which it is the candidate; `clusters` are those of the same n examples.
    """
    loss = np.array([row.candidate_loss for row in rows], dtype=float)
    valid = np.array([row.candidate_valid for row in rows], dtype=bool)
    unread = np.full(len(rows), np.nan)
    return alone(task, Scored(loss, valid, unread, unread), clusters), float(valid.mean())


def alone(task: Task, scored: Scored, clusters: Clusters) -> Figure:
    """Return the metric of scored answers to n examples, with its interval."""
    figure = composite(task, scored)
    return _figure(figure.whole(), alone_interval(figure, clusters))


def of_new_labels(
    task: Task, examples: Sequence[Example], answers: Sequence[Answer], before: tuple[Figure, float], before_n: int
) -> Found:
    """Return what a prompt comes to on examples that are new, held against `before`: what its evidence came to."""
    scored = score(task, examples, parsed(task, answers))
    now = alone(task, scored, [one.clusters for one in examples])
    was, was_valid = before
    return Found(
        metric=task.metric,
        better_is=figures(task)[0].better_is,
        n=len(examples),
        figure=now,
        valid=float(scored.valid.mean()),
        before=was,
        before_n=before_n,
        before_valid=was_valid,
        difference=apart(was, now),
    )


def of_anchors(
    task: Task, examples: Sequence[Example], first: Sequence[Answer | None], now: Sequence[Answer]
) -> Found:
    """Return what a prompt comes to on anchors, held against its first answers to those that have one."""
    clusters = [one.clusters for one in examples]
    read = parsed(task, now)
    scored = score(task, examples, read)
    known = [place for place, answer in enumerate(first) if answer is not None]
    common = [examples[place] for place in known]
    was_read = parsed(task, [answer for answer in first if answer is not None])
    was = score(task, common, was_read) if common else None
    gap = None
    if was is not None:
        own = score(task, common, [read[place] for place in known])
        sides, those = (composite(task, was), composite(task, own)), [clusters[place] for place in known]
        gap = _figure(sides[1].whole() - sides[0].whole(), mean_interval(*sides, those))
    return Found(
        metric=task.metric,
        better_is=figures(task)[0].better_is,
        n=len(examples),
        figure=alone(task, scored, clusters),
        valid=float(scored.valid.mean()),
        before=None if was is None else alone(task, was, [one.clusters for one in common]),
        before_n=len(common),
        before_valid=None if was is None else float(was.valid.mean()),
        difference=gap,
        changed=sum(
            was.value != read[place].value or was.valid != read[place].valid
            for was, place in zip(was_read, known, strict=True)
        )
        if common
        else None,
    )


def apart(before: Figure, now: Figure) -> Figure:
    """Return how far two figures of different examples are apart, now minus before, with its interval."""
    gap = now.value - before.value
    if before.low is None or before.high is None or now.low is None or now.high is None:
        return Figure(gap, None, None)
    below = sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2)
    above = sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2)
    return Figure(gap, gap - below, gap + above)


def _figure(value: float, bounds: Interval) -> Figure:
    low, high = (None if isnan(end) else end for end in (bounds.low, bounds.high))
    return Figure(value, low, high)
