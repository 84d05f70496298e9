"""A home to measure the Models page on: every task has a prompt on every target, each with evidence of its own.

Like the home of the other pages it is made by what real homes are made by, and no model is ever asked.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import numpy as np

from composer.answers.evaluator import Evaluator
from composer.answers.store import keep_all
from composer.audit.begun import ANSWERS_KEPT
from composer.bench.made_up import BY, Written, made_up_task, rater, synthetic_dataset, write_library
from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.models.answer import Answer
from composer.models.connection import language_model
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.prompts.messages import Messages
from composer.registry.datasets import add_examples, examples_of
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.runs.plan import plan_proposal
from composer.runs.records import enter_run
from composer.runs.worker import work
from composer.task.task import Task
from library import log
from library.database import Database
from library.importing import import_file

EXAMPLES = 96
"""Sealed examples of each task."""
PROMPTS = (("whole-scale", "json-alone"), ("same-event", "loose-link", "json-alone"), ("lean-high",))
"""What is measured on the targets, by turns."""


def populate_models(
    home: Home,
    database: Database,
    *,
    tasks: int,
    targets: int,
    at: datetime,
    on_done: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """Fill an empty home with so many tasks on so many targets; returns the names of the tasks.

    On each a prompt was measured on sealed examples, and the bare base was asked about development examples.
    `on_done` is called after each task.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    places = [_target(number) for number in range(targets)]
    with database.session() as session:
        import_file(session, write_library(home), by=BY, at=at)
        for target in places:
            add_target(session, target, by=BY, at=at)
    names = []
    for number in range(tasks):
        task = _task(number)
        data = synthetic_dataset(EXAMPLES, np.random.default_rng(number))
        with database.session() as session:
            add_task(session, task, by=BY, at=at)
            add_examples(session, task, data, by=BY, at=at)
        for place, target in enumerate(places):
            _measured(home, database, task, data, target, PROMPTS[(number + place) % len(PROMPTS)], at)
        names.append(task.name)
        on_done()
    return tuple(names)


def _task(number: int) -> Task:
    task = made_up_task(f"pairs-{number:02}")
    return task.model_copy(
        update={"base": task.base.replace("two documents", f"two documents of set {number}", 1)}
    )


def _target(number: int) -> Target:
    return Target(
        name=f"model-{number:02}",
        kind="server",
        model=f"made-up-{number}b",
        api_base="http://127.0.0.1:9/v1",  # nobody answers there: an answer that isn't stored would be an outage
        price_per_million_tokens=0.1 * (number + 1),
    )


def _measured(
    home: Home, database: Database, task: Task, data: Dataset, target: Target, names: tuple[str, ...], at: datetime
) -> None:
    """Measure the composition of these names on a target, with every answer stored beforehand."""
    with database.session() as session:
        plan = plan_proposal(session, task.name, target.name, names)
        run = enter_run(session, plan, by=BY, at=at)
        dev, test = (examples_of(session, plan.dataset, split) for split in ("dev", "test"))
    cells = Written()
    with ThreadPoolExecutor(1) as pool:
        evaluator = Evaluator(plan.task, plan.target.hash, cells, _model(task, data, target), pool)
        base = Composition(task.base)
        evaluator.all_answers([(base, dev), (plan.incumbent, test), (plan.vocabulary.compose(names), test)])
    with database.session() as session:
        keep_all(session, cells.asked.values(), at=at)
        # Names the rows as any entry does, so that this home is whole like another.
        log.append(session, who=BY, action=ANSWERS_KEPT, subject=f"run:{run}", why="", detail={}, at=at)
    work(database, home, run, connect=lambda asked, _say: language_model(asked))


def _model(task: Task, data: Dataset, target: Target) -> Callable[[Messages], Answer]:
    """Return a scripted model that is as slow as its target is dear, and better in the same measure."""
    own, price = rater(task, data), target.price_per_million_tokens or 0.0

    def answer(messages: Messages) -> Answer:
        return replace(own(messages), seconds=0.1 + price)

    return answer
