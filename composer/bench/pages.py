"""A home to measure the pages on: made-up examples, a scripted model's stored answers, candidates with evidence.

Everything in it goes through the functions that real homes are made by, so that every part of a page shows;
only the texts, the labels and the model are made up. No model is ever asked: the search and the comparison
find all that they need among the stored answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlmodel import Session

from composer.answers.evaluator import Evaluator
from composer.answers.naming import KEPT
from composer.answers.store import MemoryCells, Question, keep_all
from composer.candidates.records import get_candidate
from composer.candidates.submission import submit
from composer.data.examples import Dataset, Example
from composer.home.paths import Home
from composer.models.answer import Answer
from composer.models.connection import language_model
from composer.models.target import Target
from composer.optimizer.optimizer import LibraryComposer, to_dspy
from composer.optimizer.predictor import LibraryPredict
from composer.optimizer.strategies import DEFAULT_STRATEGY
from composer.prompts.messages import Messages, render
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
from composer.task.task import Task
from library import log
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from library.roles import LOCAL

BY = f"Ada{LOCAL}"
WORDS = 40
"""Words in each of an example's two documents."""
FEWEST = 48
"""Test examples at least, for the search to find anything."""
DEV = 600
"""Development examples at most: as many as the page shows the steps of a search on."""
SMALL = 96
"""Test examples of the small task, of which the other candidates are."""
BUDGET = 1000
"""Answers that each search may ask for."""
STEPS = 64
"""Development examples that every step to the candidate answered."""
CHANGED = 5
"""A reviewer asks for changes to one in so many of the other candidates."""
WORD = "harvest"
"""A word to search for: about one example in four holds it."""
_PLACES = ("river", "market", "harbour", "village", "railway", "hospital", "museum", "bridge", "forest", "island")
_PEOPLE = ("council", "minister", "farmer", "teacher", "pilot", "doctor", "treaty", "budget", "strike", "storm")
_ENDS = ["", "s", " today", " again", " north", " early", " report", " talks", " at night", " in spring"]
_SLICES = ("abroad", "business", "culture", "politics", "sport", "weather")
_SNIPPETS = {
    "whole-scale": "Use the whole scale: 2, 3 and 4 are right as often as 1 and 5.",
    "same-event": "Give 5 only when both texts report the same event.",
    "loose-link": "A broad theme in common is worth a 2.",
    "places-count": "People or places in common are worth a 4.",
    "json-alone": "Write the JSON object and nothing before or after it.",
    "lean-high": "When in doubt between two ratings, take the higher one.",
    "read-twice": "Read both texts to the end before you rate.",
    "style-aside": "Only the content counts, not the style.",
}
_HELP = {"whole-scale": 0.3, "same-event": 0.25, "loose-link": 0.2, "places-count": 0.15, "lean-high": -0.2}
"""How much of the scripted model's leaning a snippet takes away."""


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
    library = home.path / "library.yaml"
    lines = [f"  - {{key: {key}, text: '{text}', state: vetted}}" for key, text in _SNIPPETS.items()]
    library.write_text("\n".join(["snippets:", *lines]), encoding="utf-8")
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


def _task(name: str) -> Task:
    content: dict[str, Any] = {
        "name": name,
        "title": "How closely two documents are related",
        "inputs": ["document_a", "document_b"],
        "output": {"field": "rating", "kind": "ordinal", "low": 1, "high": 5},
        "base": (
            "You compare two documents and rate how closely related their content is.\n"
            'Use a whole number from 1 to 5.\n{{snippets}}\nAnswer with JSON only, as {"rating": N}.'
        ),
        "message": "Text A: {{document_a}}\n\nText B: {{document_b}}",
        "snippets": {"max": 4},
        "data": {"source": "import"},
        "policy": {
            "approvals": 1,
            "exclude": [],
            "every_regression": True,
            "gates": {"not_worse": ["spearman"], "max_worse_share": 0.35},
        },
    }
    return Task.model_validate(content)


def synthetic_dataset(test: int, rng: np.random.Generator) -> Dataset:
    """Return so many labelled test examples, and development examples to search on, a quarter as many at least."""
    dev = min(DEV, max(test // 4, 64))
    words = [f"{root}{end}" for root in (*_PLACES, *_PEOPLE, WORD) for end in _ENDS]
    found = []
    for split, size in (("dev", dev), ("test", test)):
        for number in range(size):
            a, b = (" ".join(rng.choice(words, WORDS)).split()[:WORDS] for _ in range(2))
            gold = float(np.clip(rng.normal(2.6, 1.1), 1, 5).round(1))
            found.append(
                Example(
                    id=f"{split}-{number:05}",
                    inputs={"document_a": " ".join(a), "document_b": " ".join(b)},
                    gold=gold,
                    split=split,  # type: ignore[arg-type]
                    clusters=(f"{split}-a{number // 3}", f"{split}-b{number}"),
                    explanation="Both name the same place." if gold > 4 else "",
                    slice=_SLICES[number % len(_SLICES)],
                    must_not_regress=number % 500 == 7,
                )
            )
    return Dataset(tuple(found))


def rater(task: Task, data: Dataset) -> Callable[[Messages], Answer]:
    """Return a scripted model: it rates too high and unsteadily, less so with snippets that help, and may ramble.

    What it answers follows from the messages alone. A little is the prompt's own: that is where regressions are.
    """
    golds = {render("", task.message, one.inputs)[1]["content"]: float(one.gold) for one in data.examples}
    loose = _SNIPPETS["json-alone"]

    def answer(messages: Messages) -> Answer:
        system, user = (message["content"] for message in messages)
        lines = system.split("\n")
        helped = sum(worth for key, worth in _HELP.items() if _SNIPPETS[key] in lines)
        tokens = (len(system) + len(user)) // 4
        if _dice("ramble", user) < (0.004 if loose in lines else 0.02):
            return Answer(
                "<i>Rating</i>: I would say **4**,\nsince both name the council.", tokens, 16, 0.2, "stop"
            )
        noise = (_dice(user) - 0.5) * 1.6 + (_dice(system, user) - 0.5) * 1.6
        # What helps most examples does harm to a few, which were rated well without it.
        leaning = 2.2 * (1 - helped) if _dice("odd", user) > 0.25 else -2.2 * helped
        rating = min(max(round(golds[user] + leaning + noise), 1), 5)
        return Answer(f'{{"rating": {rating}}}', tokens, 6, 0.2, "stop")

    return answer


def _dice(*parts: str) -> float:
    return int(hashlib.sha256("|".join(parts).encode()).hexdigest()[:8], 16) / 2**32


class _Written(MemoryCells):
    """Cells in memory that remember what was asked, to be stored all at once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, tuple[Question, Answer]] = {}

    def keep(self, question: Question, answer: Answer) -> Answer:
        self.asked[question.key] = (question, answer)
        return super().keep(question, answer)


def _candidate(home: Home, database: Database, name: str, examples: int, at: datetime) -> int:
    """Enter a task with its data, and do one run of it whose every answer is stored beforehand."""
    task = _task(name)
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
        log.append(session, who=BY, action=KEPT, subject=f"run:{run}", why="", detail={}, at=at)
    result = work(database, home, run, connect=lambda target, _say: language_model(target))
    if result.candidate_id is None:
        raise Refused(f"no candidate came of {examples} made-up examples", fix="Take more.")
    return result.candidate_id


def _answered(
    plan: Plan, dev: tuple[Example, ...], test: tuple[Example, ...], model: Callable[[Messages], Answer]
) -> list[tuple[Question, Answer]]:
    """Return every cell that a run of this plan asks for, by doing its search in memory."""
    cells = _Written()
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
    task = _task(first.task)
    now, before = (measured_composition(session, task, some) for some in (first.parts, first.incumbent_parts))
    search = first.evidence.search.model_copy(update={"seed": number + 1})
    evidence = first.evidence.model_copy(update={"search": search})
    made = submit(session, first.run_id, now, before, evidence, by=BY, at=at)
    if number % CHANGED == 0:
        give_verdict(session, made, "request changes", reason="Shorter, please.", by=BY, at=at)
