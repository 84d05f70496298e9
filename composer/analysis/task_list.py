"""The tasks of a home with what is known of each without a computation."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from composer.analysis.data_summary import DataSummary
from composer.analysis.kept_summary import kept_summary
from composer.home.paths import Home
from composer.registry.datasets import dataset_of, dataset_size, has_data
from composer.registry.releases import current_releases
from composer.registry.tasks import list_tasks
from composer.task.task import Task


@dataclass(frozen=True)
class ListedTask:
    """A task, how many examples it has, and the targets on which a prompt of it is released.

    `summary` is what its data hold, None where nobody looked at that yet.
    """

    task: Task
    examples: int
    summary: DataSummary | None
    targets: tuple[str, ...]


def listed_tasks(session: Session, home: Home) -> tuple[ListedTask, ...]:
    """Return every task, by name."""
    released = current_releases(session)
    found = []
    for task in list_tasks(session):
        dataset = dataset_of(session, task.name) if has_data(session, task.name) else ""
        found.append(
            ListedTask(
                task,
                dataset_size(session, dataset),
                kept_summary(home, dataset, task.output) if dataset else None,
                tuple(sorted(target for name, target in released if name == task.name)),
            )
        )
    return tuple(found)
