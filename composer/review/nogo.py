"""No-gos: compositions that reviewers turned down, and that no run proposes again on the same evidence."""

from __future__ import annotations

from sqlmodel import Session

from composer.candidates.records import heads
from composer.models.target import Target
from composer.review.verdicts import last_words, verdicts_on
from composer.task.task import Task


def no_gos(session: Session, task: Task, dataset: str, target: Target) -> tuple[tuple[int, ...], ...]:
    """Return the turned-down compositions of a task on a target, as the ids of their versions.

    Those measured on another content of the task, the data or the target may be proposed again.
    """
    evidence = {"task_hash": task.hash, "dataset": dataset, "target_hash": target.hash}
    return tuple(
        one.versions
        for one in heads(session)
        if one.task == task.name
        and one.target == target.name
        and evidence.items() <= one.summary.items()
        and any(word.kind == "no-go" for word in last_words(verdicts_on(session, one.id)))
    )
