"""How far a task's queue is: who rated how much, and how well the people agree, never example by example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from composer.analysis.people import SEED
from composer.evaluation.metrics import as_number
from composer.evaluation.raters import Alpha, Estimate, Ratings, agreement
from composer.labelling.acts import Act, counting
from composer.labelling.rows import acts_on, ratings_by_item, wanted_raters
from composer.registry.tasks import get_task
from composer.task.task import Output
from library.people import people

STEP = 10
"""Agreement is told from this many examples with two ratings on, and changes only when there are as many more."""


@dataclass(frozen=True)
class SoFar:
    """Krippendorff's alpha of the first examples that two people rated, and how many those are."""

    alpha: float
    examples: int


@dataclass(frozen=True)
class Rater:
    """One person's part: how many examples they rated and skipped; `here` is False for who was removed."""

    name: str
    rated: int
    skipped: int
    here: bool


@dataclass(frozen=True)
class Progress:
    """How far a task's queue is.

    `ready` counts the examples that as many people rated as shall, `rated` those that anybody did, of `waiting` in
    all. `several` have two ratings or more; `alpha` is Krippendorff's with its interval, of the first `alpha_of`
    of them, None for fewer than `STEP`. Until all are ready it moves in steps, as in `agreement_so_far`.
    """

    waiting: int
    ready: int
    rated: int
    raters: tuple[Rater, ...]
    several: int
    alpha: Estimate | None
    alpha_of: int


def progress(session: Session, task_name: str) -> Progress:
    """Return how far a task's queue is; raises `Refused` for an unknown task."""
    task = get_task(session, task_name)
    acts, wanted = acts_on(session, task), wanted_raters(session, task_name)
    by_item = ratings_by_item(acts)
    ready = sum(len(by_item.get(item, ())) >= number for item, number in wanted.items())
    several = sum(len(given) > 1 for given in by_item.values())
    first = _rated_twice_first(by_item, step=1 if ready == len(wanted) else STEP)
    known = {one.name for one in people(session)}
    raters = []
    for name, own in sorted(acts.items()):
        done = counting(own)
        rated = sum(act.kind == "rating" for act in done.values())
        if done:
            raters.append(Rater(name, rated, len(done) - rated, not known or name in known))
    alpha = None
    if len(first) >= STEP:
        ratings = flat({item: by_item[item] for item in first}, task.output)
        alpha = agreement(ratings, task.output, np.random.default_rng(SEED)).alpha
    return Progress(
        waiting=len(wanted),
        ready=ready,
        rated=len(by_item),
        raters=tuple(raters),
        several=several,
        alpha=alpha,
        alpha_of=len(first) if alpha else 0,
    )


def agreement_so_far(session: Session, task_name: str) -> SoFar | None:
    """Return how well the people agree so far; None where too few examples have two ratings.

    A figure that moved with each rating would tell the rater what others gave to that example. So it is of the
    examples that had two ratings first, in steps of `STEP`.
    """
    task = get_task(session, task_name)
    by_item = ratings_by_item(acts_on(session, task))
    first = _rated_twice_first(by_item, step=STEP)
    if not first:
        return None
    ratings = flat({item: by_item[item] for item in first}, task.output)
    return SoFar(float(Alpha(ratings, nominal=task.output.kind == "label").whole()), len(first))


def _rated_twice_first(by_item: Mapping[int, Mapping[str, Act]], *, step: int) -> list[int]:
    """Return the examples with two ratings or more, those that had them first, a multiple of `step` of them."""
    second = {
        item: sorted(act.id for act in given.values())[1] for item, given in by_item.items() if len(given) > 1
    }
    return sorted(second, key=lambda item: second[item])[: len(second) // step * step]


def flat(by_item: Mapping[int, Mapping[str, Act]], output: Output) -> Ratings:
    """Return the ratings of queued examples as agreement is computed from; labels by their place in the list."""
    names = sorted({person for given in by_item.values() for person in given})
    place = {name: number for number, name in enumerate(names)}
    cells = [
        (number, place[person], as_number(output, act.value))
        for number, given in enumerate(by_item.values())
        for person, act in given.items()
    ]
    example, rater, value = zip(*cells, strict=True) if cells else ((), (), ())
    return Ratings(
        np.array(example, dtype=np.intp),
        np.array(rater, dtype=np.intp),
        np.array(value, dtype=float),
        tuple(names),
        tuple((str(item),) for item in by_item),
    )
