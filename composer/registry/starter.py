"""The starter set: tasks, snippets and targets that come with the product, loaded into a home once."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from composer.data.bundled import read_bundled
from composer.data.dataset import load_examples
from composer.models.target import load_target
from composer.registry.datasets import add_examples
from composer.registry.shipped import DATA as DATA
from composer.registry.targets import add_target, target_names
from composer.registry.tasks import add_task, task_names
from composer.task.task import load_task
from library.importing import import_file

TARGETS = {
    "relatedness": "qwen2.5-coder-1.5b",
    "polarity": "qwen2.5-coder-0.5b",
    "sentiment": "qwen2.5-coder-1.5b",
    "similarity": "qwen2.5-coder-1.5b",
}
"""The target each starter task is tried on when none is named."""


def load_starter(session: Session, *, by: str, at: datetime) -> None:
    """Store the starter targets, tasks with their data, and libraries; what is there already stays as it is.

    A starter task that was edited since, or a snippet that was given a new version, is left alone.
    """
    known, targets = task_names(session), target_names(session)
    for file in sorted((DATA / "targets").glob("*.yaml")):
        target = load_target(file)
        if target.name not in targets:
            add_target(session, target, by=by, at=at)
    for file in sorted((DATA / "tasks").glob("*.yaml")):
        task = load_task(file)
        if task.name in known:
            continue
        dataset = load_examples(task, read_bundled(task))
        add_task(session, task, by=by, at=at)
        add_examples(session, task, dataset, by=by, at=at)
        library = DATA / "libraries" / file.name
        import_file(session, library, by=by, at=at, shipped=True)
