"""A home for people to review in: a candidate for each walk, of a task of its own, so that no two walks meet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from composer.data.examples import Example
from composer.home.paths import Home
from composer.registry.datasets import add_examples, current_dataset, dataset_of, examples_of
from composer.registry.tasks import add_task, get_task
from composer.runs import worker
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from composer.task.policy import Policy
from composer.task.task import Task
from library.database import Database, open_database
from library.importing import import_file
from tests.scripted import ScriptedEngine, connecting, pretender
from tests.ui.homes import POLARITY, rater

TARGET = "qwen2.5-coder-1.5b"
BUDGET = 160
PROPOSER = "Ada"
TWO_PEOPLE = Policy()
"""What high risk asks for by itself: two people other than the proposer, and a disposition of every regression."""
ONE_PERSON = Policy(approvals=1)
WALKS: Mapping[str, Policy] = {
    "two-people": TWO_PEOPLE,
    "changes": ONE_PERSON,
    "label": ONE_PERSON,
    "no-go": ONE_PERSON,
    "reading": TWO_PEOPLE,
}
"""A task for each walk, with what it asks of its reviewers besides the gates."""
SARCASM = "Sarcasm says the opposite of its words."
LATER = f"""snippets:
  - {{key: sarcasm, text: "{SARCASM}", state: vetted, tags: [polarity]}}
"""


@dataclass(frozen=True)
class Places:
    """A furnished home with a candidate for each walk by name; `later` is one of polarity, which has a release."""

    home: Home
    candidates: Mapping[str, int]


def task_of(walk: str) -> str:
    """Return the name of the task that a walk has to itself."""
    return f"relatedness-{walk}"


def prepare(furnished: Path, folder: Path) -> Places:
    """Copy a furnished home, and put up in it what the walks need; all of it is Ada's, before people are added."""
    shutil.copytree(furnished, folder)
    home = Home(folder)
    database = open_database(home.path)
    candidates = {walk: _place(database, home, walk, policy) for walk, policy in WALKS.items()}
    candidates["later"] = _later(database, home)
    database.close()
    return Places(home, candidates)


def find_candidate(database: Database, home: Home, walk: str, *, by: str = PROPOSER) -> int | None:
    """Do the run that looks for a candidate of a walk's task; gives the candidate, None where it finds none."""
    return _run(database, home, task_of(walk), TARGET, rater, by=by)


def _place(database: Database, home: Home, walk: str, policy: Policy) -> int:
    with database.session() as session:
        known = get_task(session, "relatedness")
        terms = policy.model_copy(update={"gates": known.policy.gates})
        task = known.model_copy(update={"name": task_of(walk), "policy": terms})
        add_task(session, task, by=PROPOSER, at=datetime.now(UTC))
        data = current_dataset(session, "relatedness")
        add_examples(session, task, data, by=PROPOSER, at=datetime.now(UTC))
    found = find_candidate(database, home, walk)
    assert found is not None
    return found


def _later(database: Database, home: Home) -> int:
    """Find a prompt for polarity that is better than the one released, with a snippet that was written since."""
    file = home.path / "later.yaml"
    file.write_text(LATER)
    with database.session() as session:
        import_file(session, file, by=PROPOSER, at=datetime.now(UTC))
    found = _run(database, home, "polarity", "qwen2.5-coder-0.5b", _judge, by=PROPOSER)
    assert found is not None
    return found


def _judge(task: Task, examples: Sequence[Example]) -> Callable[[str, str], str]:
    return pretender(task, examples, {**POLARITY, SARCASM: 0.15})


def _run(
    database: Database,
    home: Home,
    name: str,
    target: str,
    model: Callable[[Task, Sequence[Example]], Callable[[str, str], str]],
    *,
    by: str,
) -> int | None:
    with database.session() as session:
        task, dataset = get_task(session, name), dataset_of(session, name)
        examples = [one for split in ("dev", "test") for one in examples_of(session, dataset, split)]
        plan = plan_run(session, name, target, strategy="greedy", seed=0, budget=BUDGET)
        run = enter_run(session, plan, by=by, at=datetime.now(UTC))
    engine = ScriptedEngine(model(task, examples))
    return worker.work(database, home, run, connect=connecting(engine)).candidate_id
