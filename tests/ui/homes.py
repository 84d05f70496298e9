"""Homes for the pages to stand on: real texts and labels, real runs, and a scripted model's answers."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from composer.data.bundled import read_bundled
from composer.data.dataset import load_examples
from composer.data.examples import Dataset, Example
from composer.home.paths import Home
from composer.models.target import load_target
from composer.prompts.messages import render
from composer.registry.datasets import add_examples, dataset_of, examples_of
from composer.registry.starter import DATA
from composer.registry.targets import add_target
from composer.registry.tasks import add_task, get_task
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.review.regressions import set_disposition
from composer.review.status import get_review
from composer.runs import worker
from composer.runs.plan import plan_proposal, plan_run
from composer.runs.records import enter_run
from composer.task.task import Task, load_task
from library.database import Database, open_database
from library.importing import import_file
from tests.scripted import ScriptedEngine, connecting, pretender

SNIPPETS = """snippets:
  - key: people-anchors
    text: People gave 5 only to two reports of the same event, and 1 when nothing is shared.
    state: vetted
    tags: [relatedness]
    rationale: Both ends of the scale were used too freely.
  - key: json-alone
    text: Write the JSON object and nothing before or after it.
    state: vetted
    tags: [relatedness]
  - key: lean-low
    text: When in doubt between two ratings, take the lower one.
    state: vetted
    tags: [relatedness]
    rationale: <b>Most</b> pairs are *unrelated*.
  - {key: lean-high, text: "When in doubt, take the higher one.", state: vetted, tags: [relatedness]}
  - {key: irony, text: "Mocking or ironic praise is negative.", state: vetted, tags: [polarity]}
  - {key: to-the-end, text: "Read the sentence to its end before you decide.", state: vetted, tags: [polarity]}
  - {key: be-careful, text: "Be careful and precise.", state: vetted, tags: [polarity]}
  - {key: think-twice, text: "Think twice.", state: draft, tags: [relatedness]}
"""
ANCHORS = "People gave 5 only to two reports of the same event, and 1 when nothing is shared."
HELPS = {
    ANCHORS: 0.5,
    "When in doubt between two ratings, take the lower one.": 0.35,
}
POLARITY = {"Mocking or ironic praise is negative.": 0.4, "Read the sentence to its end before you decide.": 0.15}
LOOSE = "Write the JSON object and nothing before or after it."


def _dice(*parts: str) -> float:
    return int(hashlib.sha256("|".join(parts).encode()).hexdigest()[:8], 16) / 2**32


def rater(task: Task, examples: Sequence[Example]) -> Callable[[str, str], str]:
    """A model that rates too high and unsteadily, less so with snippets that help, and at times rambles."""
    golds = {render("", task.message, one.inputs)[1]["content"]: float(one.gold) for one in examples}

    def answer(system: str, user: str) -> str:
        lines = system.split("\n")
        help_given = sum(worth for text, worth in HELPS.items() if text in lines)
        if _dice("ramble", user) < (0.01 if LOOSE in lines else 0.06):
            return "<i>Rating</i>: I would say **4** out of 5, since both\nmention the government."
        noise = (_dice(user) - 0.5) * 2.2 * (1 - 0.5 * help_given) + (_dice(system, user) - 0.5) * 2.4
        rating = golds[user] + 1.5 * (1 - help_given) + noise
        return f'{{"rating": {min(max(round(rating), 1), 5)}}}'

    return answer


def decorated(dataset: Dataset) -> Dataset:
    """The same examples with slices, a few that must not regress, and explanations."""
    examples = [
        replace(
            one,
            slice=("abroad", "politics", "weather")[number % 3],
            must_not_regress=float(one.gold) > 4.5,
            explanation="Both report <the> same raid." if float(one.gold) > 4 else "",
        )
        for number, one in enumerate(dataset.examples)
    ]
    return Dataset(tuple(examples), dataset.left_out)


def furnish(home: Home, *, budget: int = 160) -> None:
    """Fill a home: relatedness with a candidate under review, polarity with one released."""
    database = open_database(home.path)
    at = datetime.now(UTC)
    library = home.path / "library.yaml"
    library.write_text(SNIPPETS)
    with database.session() as session:
        import_file(session, library, by="Ada", at=at)
        for file in sorted((DATA / "targets").glob("*.yaml")):
            add_target(session, load_target(file), by="Ada", at=at)
        for name in ("relatedness", "polarity"):
            task = load_task(DATA / "tasks" / f"{name}.yaml")
            dataset = load_examples(task, read_bundled(task))
            add_task(session, task, by="Ada", at=at)
            dataset = decorated(dataset) if name == "relatedness" else dataset
            add_examples(session, task, dataset, by="Ada", at=at)
    _run(database, home, "relatedness", "qwen2.5-coder-1.5b", budget, rater)
    released = _run(
        database,
        home,
        "polarity",
        "qwen2.5-coder-0.5b",
        budget,
        lambda task, each: pretender(task, each, POLARITY),
    )
    with database.session() as session:
        if worse := get_review(session, released).status.unresolved:
            set_disposition(session, released, worse, "acceptable", reason="Few of many.", by="Ada", at=at)
        give_verdict(session, released, "approve", reason="Clear gain, nothing lost.", by="Ada", at=at)
        release_candidate(session, released, reason="Clear gain, nothing lost.", by="Ada", at=at)
    database.close()


def propose(home: Home, database: Database, prompt: str, *names: str) -> int:
    """Put a whole prompt for polarity up as a candidate; returns its number."""
    with database.session() as session:
        task = get_task(session, "polarity")
        plan = plan_proposal(session, "polarity", "qwen2.5-coder-0.5b", names, prompt=prompt)
        run = enter_run(session, plan, by="Ada", at=datetime.now(UTC))
    model = pretender(task, _examples(database, "polarity", "test"), POLARITY)
    found = worker.work(database, home, run, connect=connecting(ScriptedEngine(model))).candidate_id
    assert found is not None
    return found


def _examples(database: Database, task: str, split: str) -> tuple[Example, ...]:
    with database.session() as session:
        return examples_of(session, dataset_of(session, task), split)


def _run(
    database: Database,
    home: Home,
    task_name: str,
    target: str,
    budget: int,
    model: Callable[[Task, Sequence[Example]], Callable[[str, str], str]],
) -> int:
    with database.session() as session:
        task = get_task(session, task_name)
        plan = plan_run(session, task_name, target, strategy="greedy", seed=0, budget=budget)
        run = enter_run(session, plan, by="Ada", at=datetime.now(UTC))
    examples = [one for split in ("dev", "test") for one in _examples(database, task_name, split)]
    summary = worker.work(database, home, run, connect=connecting(ScriptedEngine(model(task, examples))))
    found = summary.candidate_id
    assert isinstance(found, int), summary.message
    return found


if __name__ == "__main__":
    furnish(Home(Path(sys.argv[1])), budget=int(sys.argv[2]) if len(sys.argv) > 2 else 300)
