"""Several prompts on the same examples: each figure of each, and the difference of each to one of them.

No interval is resampled here, so that as many prompts as anyone likes are compared within moments: what isn't a
mean has a jackknife's interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from composer.data.examples import Example
from composer.evaluation.comparison import parsed
from composer.evaluation.intervals import score_p
from composer.evaluation.metrics import Scored, composite, figures, score
from composer.evaluation.outcomes import LOSS_TOLERANCE, Difference, OutcomeCounts
from composer.evaluation.paired import alone_interval, differences
from composer.evaluation.parsing import Parsed
from composer.evaluation.raters import Estimate
from composer.evaluation.slices import holm
from composer.evaluation.spending import spending_differences, spent
from composer.models.answer import Answer
from composer.models.prices import Prices
from composer.task.task import Task

LIMITS: Mapping[str, tuple[float, float]] = {"spearman": (-1, 1), "macro_f1": (0, 1), "spread": (0, float("inf"))}
"""Between which ends a figure lies that is no mean."""


@dataclass(frozen=True)
class Answered:
    """One prompt's answers to some examples, in their order; `prices` are its target's, where it has any."""

    examples: Sequence[Example]
    answers: Sequence[Answer]
    prices: Prices | None = None


@dataclass(frozen=True)
class Standing:
    """One prompt among several.

    `figures` are its own, over all of its `total` examples; `parsed` are its answers as read, and `losses` what
    they lose, in [0, 1], in the examples' order. `differences` are those to the base prompt, over the `common`
    examples that both answered: none for the base itself, nor for one that shares no example with it. `counts` are
    these examples by what became of them, and `p` is the chance of so large a difference of the metric if both
    were alike, Holm-corrected over all prompts.
    """

    total: int
    figures: Mapping[str, Estimate]
    parsed: Sequence[Parsed]
    losses: Sequence[float]
    common: int = 0
    differences: tuple[Difference, ...] = ()
    counts: OutcomeCounts | None = None
    p: float | None = None


def stand(task: Task, prompts: Sequence[Answered], base: int) -> tuple[Standing, ...]:
    """Return how each prompt stands; `base` is the place of the one that the others are compared with.

    All are scored by the task's output.
    """
    read = [parsed(task, one.answers) for one in prompts]
    scored = [score(task, one.examples, some) for one, some in zip(prompts, read, strict=True)]
    found = [
        _beside(task, prompts[base], scored[base], one, own, _alone(task, one, own, some), same=place == base)
        for place, (one, own, some) in enumerate(zip(prompts, scored, read, strict=True))
    ]
    compared = [place for place, one in enumerate(found) if one.p is not None]
    corrected = holm([found[place].p or 0.0 for place in compared])
    for place, p in zip(compared, corrected, strict=True):
        found[place] = replace(found[place], p=p)
    return tuple(found)


def _alone(task: Task, one: Answered, own: Scored, read: Sequence[Parsed]) -> Standing:
    clusters = [example.clusters for example in one.examples]
    known = {metric.name: metric.on(own) for metric in figures(task)} | spent(one.answers, one.prices)
    estimates = {}
    for name, figure in known.items():
        bounds, whole = alone_interval(figure, clusters), figure.whole()
        low, high = LIMITS.get(name, (-np.inf, np.inf))
        if not isnan(whole):
            estimates[name] = Estimate(whole, max(bounds.low, low), min(bounds.high, high))
    return Standing(len(one.examples), estimates, read, own.loss.tolist())


def _beside(
    task: Task, base: Answered, was: Scored, one: Answered, now: Scored, alone: Standing, *, same: bool
) -> Standing:
    if same:
        return replace(alone, common=alone.total)
    place = {example.id: number for number, example in enumerate(base.examples)}
    pairs = [(place[example.id], own) for own, example in enumerate(one.examples) if example.id in place]
    if not pairs:
        return alone
    theirs, own = (np.array(side, dtype=np.intp) for side in zip(*pairs, strict=True))
    before, after = _some(was, theirs), _some(now, own)
    clusters = [one.examples[number].clusters for number in own]
    sides = composite(task, before), composite(task, after)
    took = [
        spent([side.answers[number] for number in places], side.prices)
        for side, places in ((base, theirs), (one, own))
    ]
    change = after.loss - before.loss
    better, worse = int((change < -LOSS_TOLERANCE).sum()), int((change > LOSS_TOLERANCE).sum())
    return replace(
        alone,
        common=len(pairs),
        differences=(
            *differences(figures(task), before, after, clusters, None),
            *spending_differences(took[0], took[1], clusters),
        ),
        counts=OutcomeCounts(better=better, same=len(pairs) - better - worse, worse=worse),
        p=score_p(sides[1].values - sides[0].values, clusters, span=sides[1].span),
    )


def _some(scored: Scored, places: np.ndarray) -> Scored:
    return Scored(scored.loss[places], scored.valid[places], scored.value[places], scored.gold[places])
