"""Tasks by name, the newest content of each being the current one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, func, select

from composer.registry.lookup import unknown_name
from composer.tables import TaskRow
from composer.task.task import Task, stored_task
from library import log
from library.errors import Refused
from library.names import check_apart
from library.people import require
from library.roles import KEEPERS

_ADDS = "composer task add FILE"


def add_task(session: Session, task: Task, *, by: str, at: datetime) -> bool:
    """Make this content the current one of its name; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS, task=task.name)
    if task_hash(session, task.name) == task.hash:
        return False
    check_apart("task", [task.name], task_names(session))
    session.add(
        TaskRow(name=task.name, hash=task.hash, content=task.model_dump(mode="json"), added_by=by, added_at=at)
    )
    log.append(
        session,
        who=by,
        action="task added",
        subject=f"task:{task.name}",
        why="",
        detail={"hash": task.hash},
        at=at,
    )
    return True


def list_tasks(session: Session) -> tuple[Task, ...]:
    """Return the current content of every task, by name."""
    newest = select(func.max(TaskRow.id)).group_by(TaskRow.name)
    rows = session.exec(select(TaskRow.content).where(col(TaskRow.id).in_(newest)))
    return tuple(sorted((Task.model_validate(content) for content in rows), key=lambda task: task.name))


def task_names(session: Session) -> tuple[str, ...]:
    """Return the names of all tasks, sorted."""
    return tuple(sorted(session.exec(select(TaskRow.name).distinct())))


def require_tasks(session: Session, names: Iterable[str]) -> None:
    """Raise `Refused` for the first of these names, in their order, that no task has."""
    known = task_names(session)
    for name in sorted(set(names) - set(known)):
        raise unknown_name("task", name, known, _ADDS)


def task_hash(session: Session, name: str) -> str:
    """Return the hash of a task's current content; empty where there is no such task."""
    rows = select(TaskRow.hash).where(TaskRow.name == name).order_by(col(TaskRow.id).desc()).limit(1)
    return session.exec(rows).first() or ""


def get_task(session: Session, name: str) -> Task:
    """Return the current task of this name; raises `Refused` naming those that exist, and for a changed row."""
    rows = select(TaskRow).where(TaskRow.name == name).order_by(col(TaskRow.id).desc()).limit(1)
    row = session.exec(rows).first()
    if row is None:
        raise unknown_name("task", name, task_names(session), _ADDS)
    return _checked(row)


def get_task_version(session: Session, task_hash: str) -> Task:
    """Return the task of this hash; raises `Refused` where it isn't stored, or its row was changed."""
    row = session.exec(select(TaskRow).where(TaskRow.hash == task_hash)).first()
    if row is None:
        raise Refused(f"no task with hash {task_hash[:12]} is stored")
    return _checked(row)


def measured_alike(session: Session, first: str, second: str) -> bool:
    """Whether evidence of one of two contents of a task, by their hashes, holds for the other.

    It does where they differ in nothing but how releases are watched.
    """
    if first == second:
        return True
    rows = session.exec(select(TaskRow).where(col(TaskRow.hash).in_([first, second]))).all()
    found = {row.hash: stored_task(row.content, row.name, row.hash) for row in rows}
    measured = {task.measured_hash if task else name for name, task in found.items()}
    return len(found) == 2 and len(measured) == 1


def _checked(row: TaskRow) -> Task:
    """Return a row's task, which must be that of its name and hash."""
    task = stored_task(row.content, row.name, row.hash)
    if task is None:
        raise Refused(
            f"the stored task {row.name} is not the one that was added",
            fix="Someone changed its row: restore the database from a backup, or add the task's file again.",
        )
    return task
