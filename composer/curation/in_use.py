"""The prompt in use of a task and target, and the examples that are set aside to write snippets by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from composer.data.examples import Example
from composer.models.target import Target
from composer.prompts.composition import BARE_BASE, Composition
from composer.registry.datasets import dataset_of, examples_of, split_size
from composer.registry.releases import current_release, incumbent_of
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from composer.task.task import Task
from library.errors import Refused


@dataclass(frozen=True)
class InUse:
    """What a task asks a target with now: the current release by its number, else the bare base (None).

    `dataset` names the task's current data.
    """

    task: Task
    target: Target
    dataset: str
    prompt: Composition
    release: int | None

    @property
    def name(self) -> str:
        """What a reader knows the prompt as."""
        return BARE_BASE if self.release is None else f"release {self.release}"


def in_use(session: Session, task_name: str, target_name: str) -> InUse:
    """Return the prompt in use of a task and target.

    Raises `Refused` for an unknown task or target, and a task without data or without authoring examples.
    """
    task, target = get_task(session, task_name), get_target(session, target_name)
    dataset = dataset_of(session, task.name)
    if not split_size(session, dataset, "authoring"):
        raise Refused(
            f"no example of task {task.name} is set aside to write snippets by: its authoring split is empty",
            where=f"task {task.name}, data.splits.authoring",
            fix="Give authoring a share under data.splits in the task's file, add the file again, and import more "
            "rows: what has a split keeps it. For a table, `composer task new` with 400 rows or more sets a tenth "
            "aside.",
        )
    release = current_release(session, task.name, target.name)
    prompt = incumbent_of(session, task, target.name)
    return InUse(task, target, dataset, prompt, None if release is None else release.id)


def authoring_examples(session: Session, now: InUse) -> tuple[Example, ...]:
    """Return the examples that may be read to write snippets by: none that a search or a review counts."""
    return examples_of(session, now.dataset, "authoring")
