"""A home to measure the pages on: made-up examples, a scripted model's stored answers, candidates with evidence.

Everything in it goes through the functions that real homes are made by, so that every part of a page shows;
only the texts, the labels and the model are made up. No model is ever asked: the search and the comparison
find all that they need among the stored answers.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session

from composer.answers.evaluator import Evaluator
from composer.answers.store import Question, keep_all
from composer.audit.begun import ANSWERS_KEPT
from composer.bench.made_up import BY, Written, made_up_task, rater, synthetic_dataset, write_library
from composer.candidates.records import get_candidate
from composer.candidates.submission import submit
from composer.data.examples import Example
from composer.home.paths import Home
from composer.models.answer import Answer
from composer.models.connection import language_model
from composer.models.target import Target
from composer.optimizer.optimizer import LibraryComposer, to_dspy
from composer.optimizer.predictor import LibraryPredict
from composer.optimizer.strategies import DEFAULT_STRATEGY
from composer.prompts.messages import Messages
from composer.registry.datasets import add_examples, examples_of
from composer.registry.releases import measured_composition
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.review.comments import add_comment
from composer.review.decisions import give_verdict
from composer.review.regressions import set_disposition
from composer.runs.plan import Plan, plan_run
from composer.runs.records import enter_run
from composer.runs.worker import work
from library import log
from library.database import Database
from library.errors import Refused
from library.importing import import_file

FEWEST = 48
"""Test examples at least, for the search to find anything."""
SMALL = 96
"""Test examples of the small task, of which the other candidates are."""
BUDGET = 1000
"""Answers that each search may ask for."""
STEPS = 64
"""Development examples that every step to the candidate answered."""
CHANGED = 5
"""A reviewer asks for changes to one in so many of the other candidates."""


@dataclass(frozen=True)
class Populated:
    """What a home holds: the candidate to measure, and a small one that wakes whatever sleeps till first used."""

    candidate: int
    small: int


def populate(home: Home, database: Database, *, examples: int, candidates: int, at: datetime) -> Populated:
    """Fill an empty home with a candidate of so many test examples, and with smaller ones up to `candidates`.

    Raises `Refused` for too few examples for a search to find anything.
    """
    if examples < FEWEST:
        raise Refused(f"{examples} examples are too few to find a candidate on", fix=f"Take {FEWEST} or more.")
    home.path.mkdir(parents=True, exist_ok=True)
    library = write_library(home)
    with database.session() as session:
        import_file(session, library, by=BY, at=at)
        add_target(session, _TARGET, by=BY, at=at)
    small = _candidate(home, database, "small-pairs", SMALL, at)
    large = _candidate(home, database, "large-pairs", examples, at)
    with database.session() as session:
        for number in range(max(candidates - 2, 0)):
            _another(session, small, number, at)
        regressions = get_candidate(session, large).regressions
        some = max(len(regressions) // 20, 1)
        set_disposition(
            session, large, regressions[:some], "acceptable", reason="The documents differ.", by=BY, at=at
        )
        add_comment(session, large, "Does it hold for the longer documents too?", by=BY, at=at)
    return Populated(large, small)


_TARGET = Target(name="scripted", kind="server", model="scripted", api_base="http://127.0.0.1:9/v1")
"""Nobody answers there: an answer that isn't stored would be an outage."""


def _candidate(home: Home, database: Database, name: str, examples: int, at: datetime) -> int:
    """Enter a task with its data, and do one run of it whose every answer is stored beforehand."""
    task = made_up_task(name)
    data = synthetic_dataset(examples, np.random.default_rng(examples))
    with database.session() as session:
        add_task(session, task, by=BY, at=at)
        add_examples(session, task, data, by=BY, at=at)
        plan = plan_run(session, name, _TARGET.name, strategy=DEFAULT_STRATEGY, seed=0, budget=BUDGET)
        run = enter_run(session, plan, by=BY, at=at)
        dev, test = (examples_of(session, plan.dataset, split) for split in ("dev", "test"))
    cells = _answered(plan, dev, test, rater(task, data))
    with database.session() as session:
        keep_all(session, cells, at=at)
        # Names the rows as any entry does, so that this home is whole like another.
        log.append(session, who=BY, action=ANSWERS_KEPT, subject=f"run:{run}", why="", detail={}, at=at)
    result = work(database, home, run, connect=lambda target, _say: language_model(target))
    if result.candidate_id is None:
        raise Refused(f"no candidate came of {examples} made-up examples", fix="Take more.")
    return result.candidate_id


def _answered(
    plan: Plan, dev: tuple[Example, ...], test: tuple[Example, ...], model: Callable[[Messages], Answer]
) -> list[tuple[Question, Answer]]:
    """Return every cell that a run of this plan asks for, by doing its search in memory."""
    cells = Written()
    with ThreadPoolExecutor(1) as pool:
        evaluator = Evaluator(plan.task, plan.target.hash, cells, model, pool)
        search = LibraryComposer(
            plan.vocabulary, evaluator, strategy=plan.strategy, budget=plan.budget, seed=plan.seed
        )
        student = LibraryPredict(plan.vocabulary, plan.incumbent)
        found = search.compile(student, trainset=[to_dspy(plan.task, one) for one in dev])
        evaluator.all_answers([(plan.incumbent, test), (found.composition, test)])
        # A search rarely asks every step on its way about the same examples; with these the page can show them.
        keys = found.composition.keys
        evaluator.all_answers([(plan.vocabulary.compose(keys[:end]), dev[:STEPS]) for end in range(len(keys) + 1)])
    return list(cells.asked.values())


def _another(session: Session, like: int, number: int, at: datetime) -> None:
    """Put up another candidate like that one, as if another search had come to it; some are asked to change."""
    first = get_candidate(session, like)
    task = made_up_task(first.task)
    now, before = (measured_composition(session, task, some) for some in (first.parts, first.incumbent_parts))
    search = first.evidence.search.model_copy(update={"seed": number + 1})
    evidence = first.evidence.model_copy(update={"search": search})
    made = submit(session, first.run_id, now, before, evidence, by=BY, at=at)
    if number % CHANGED == 0:
        give_verdict(session, made, "request changes", reason="Shorter, please.", by=BY, at=at)
