"""Which examples of a task's data are doubtful: people differ, prompts miss the label, or few rated them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, get_args

import numpy as np
from sqlmodel import Session

from composer.analysis.people import ratings_of
from composer.candidates.records import get_candidate, list_candidates
from composer.data.examples import Example
from composer.evaluation.raters import spread_of
from composer.labelling.acts import order_for
from composer.registry.datasets import dataset_of, examples_in
from composer.task.task import Task
from library.errors import Refused

Ground = Literal["people", "prompts", "few"]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
REASONS: Mapping[Ground, str] = {
    "people": "people differ on it",
    "prompts": "the prompts that were measured miss its label",
    "few": "few people rated it",
}
MOST_MEASURED = 20
"""Candidates whose evidence is looked at, the newest first."""


@dataclass(frozen=True)
class Doubted:
    """Doubtful examples, the most doubtful first, and on what ground they are."""

    ground: Ground
    examples: tuple[Example, ...]


def doubtful(session: Session, task: Task, ground: Ground | None = None) -> Doubted:
    """Return the examples of a task's data that are doubtful on a ground, the most doubtful first.

    `people`: by the spread of their single ratings. `prompts`: by the median loss of all prompts that were
    measured on these data, which is known of sealed examples alone. `few`: by the number of single ratings, in an
    order of no meaning where it is the same. Without a ground it is people where any differ, else few. Raises
    `Refused` where nothing is known on that ground.
    """
    dataset = dataset_of(session, task.name)
    examples = examples_in(session, dataset)
    if ground is None:
        found = _by_people(task, examples)
        return Doubted("people", found) if found else Doubted("few", _by_few(examples))
    by: Mapping[Ground, Callable[[], tuple[Example, ...]]] = {
        "people": lambda: _by_people(task, examples),
        "prompts": lambda: _by_prompts(session, task, dataset, examples),
        "few": lambda: _by_few(examples),
    }
    if found := by[ground]():
        return Doubted(ground, found)
    missing = {
        "people": "no two people gave an example different ratings",
        "prompts": "no prompt was measured on these data, or none missed a label",
        "few": "there are no examples",
    }[ground]
    others = " or ".join(other for other in GROUNDS if other != ground)
    raise Refused(missing, where=f"task {task.name}", fix=f"Choose by something else: {others}.")


def _by_people(task: Task, examples: Sequence[Example]) -> tuple[Example, ...]:
    spread = np.nan_to_num(spread_of(ratings_of(examples, task.output), task.output))
    order = np.argsort(-spread, kind="stable")
    return tuple(examples[place] for place in order if spread[place] > 0)


def _by_prompts(session: Session, task: Task, dataset: str, examples: Sequence[Example]) -> tuple[Example, ...]:
    losses: dict[str, list[float]] = {}
    measured = [one for one in list_candidates(session, task=task.name) if one.outcome.dataset == dataset]
    for number, one in enumerate(measured[:MOST_MEASURED]):
        for row in get_candidate(session, one.id).rows:
            known = losses.setdefault(row.example_id, [])
            known.append(row.candidate_loss)
            if number == 0:  # the incumbent's is nearly always the same prompt's
                known.append(row.incumbent_loss)
    missed = {name: median(known) for name, known in losses.items()}
    found = [one for one in examples if missed.get(one.id, 0.0) > 0]
    return tuple(sorted(found, key=lambda one: -missed[one.id]))


def _by_few(examples: Sequence[Example]) -> tuple[Example, ...]:
    # By id they would stand as they were brought, often sorted by what they are.
    mixed = order_for("few", range(len(examples)))
    return tuple(sorted((examples[place] for place in mixed), key=lambda one: len(one.ratings)))
