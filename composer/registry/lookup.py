"""What the database knows: tasks, datasets and targets, the newest of each name being the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from rapidfuzz.process import extract
from sqlmodel import Session, col, select

from composer.data.dataset import Dataset
from composer.data.examples import Example
from composer.models.target import Target
from composer.tables import DatasetRow, ExampleRow, TargetRow, TaskRow
from composer.task.task import SPLITS, Task
from library import log
from library.errors import Refused
from library.people import Role, require

LOOKUP = 500
"""Ids asked for in one query, below SQLite's limit on bound values."""
KEEPERS: tuple[Role, ...] = ("curator", "admin")
"""Who may bring in tasks, data and targets."""

Found = TypeVar("Found")


def add_task(session: Session, task: Task, *, by: str, at: datetime) -> bool:
    """Make this content the current one of its name; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS)
    current = session.exec(
        select(TaskRow).where(TaskRow.name == task.name).order_by(col(TaskRow.id).desc())
    ).first()
    if current is not None and current.hash == task.hash:
        return False
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


def tasks(session: Session) -> tuple[Task, ...]:
    """Return the current content of every task, by name."""
    rows = session.exec(select(TaskRow).order_by(col(TaskRow.id))).all()
    current = {row.name: row for row in rows}
    return tuple(Task.model_validate(current[name].content) for name in sorted(current))


def task_hash(session: Session, name: str) -> str:
    """Return the hash of a task's current content; empty where there is no such task."""
    rows = select(TaskRow.hash).where(TaskRow.name == name).order_by(col(TaskRow.id).desc())
    return session.exec(rows).first() or ""


def target_hash(session: Session, name: str) -> str:
    """Return the hash of a target's current content; empty where there is no such target."""
    rows = select(TargetRow.hash).where(TargetRow.name == name).order_by(col(TargetRow.id).desc())
    return session.exec(rows).first() or ""


def get_task(session: Session, name: str) -> Task:
    """Return the current task of this name; raises `Refused` naming those that exist."""
    return _named("task", name, {task.name: task for task in tasks(session)}, "composer task add FILE")


def get_task_version(session: Session, task_hash: str) -> Task:
    """Return the task of this hash; raises `Refused` where it isn't stored."""
    row = session.exec(select(TaskRow).where(TaskRow.hash == task_hash)).first()
    if row is None:
        raise Refused(f"no task with hash {task_hash[:12]} is stored")
    return Task.model_validate(row.content)


def add_examples(session: Session, task: Task, dataset: Dataset, *, by: str, at: datetime) -> bool:
    """Make this the current dataset of the task; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS)
    return make_current(session, task, dataset, by=by, at=at)


def make_current(session: Session, task: Task, dataset: Dataset, *, by: str, at: datetime) -> bool:
    """Write a dataset, or a corrected one, and log it; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS, "reviewer")
    current = _dataset_row(session, task.name)
    name = f"{task.name}:{dataset.hash}"
    if current is not None and current.hash == name:
        return False
    if session.exec(select(DatasetRow).where(DatasetRow.hash == name)).first() is None:
        for position, example in enumerate(dataset.examples):
            content = {**asdict(example), "inputs": dict(example.inputs), "clusters": list(example.clusters)}
            session.add(ExampleRow(dataset=name, example_id=example.id, position=position, content=content))
    session.add(DatasetRow(hash=name, task=task.name, left_out=dataset.left_out, added_by=by, added_at=at))
    log.append(
        session,
        who=by,
        action="data imported",
        subject=f"task:{task.name}",
        why="",
        detail={"dataset": name, "examples": len(dataset.examples), "left_out": dataset.left_out},
        at=at,
    )
    return True


def _dataset_row(session: Session, task: str) -> DatasetRow | None:
    return session.exec(
        select(DatasetRow).where(DatasetRow.task == task).order_by(col(DatasetRow.id).desc())
    ).first()


def dataset_of(session: Session, task: str) -> str:
    """Return the name of the task's current dataset; raises `Refused` where it has none."""
    row = _dataset_row(session, task)
    if row is None:
        raise Refused(f"task {task} has no labelled data", fix=f"Run `composer data import {task} FILE`.")
    return row.hash


def current_dataset(session: Session, task: str) -> Dataset:
    """Return the task's current dataset with the examples of every split; raises `Refused` where it has none."""
    name = dataset_of(session, task)
    row = _dataset_row(session, task)
    examples = tuple(example for split in SPLITS for example in examples_of(session, name, split))
    return Dataset(examples, row.left_out if row else 0)


def examples_of(session: Session, dataset: str, split: str) -> tuple[Example, ...]:
    """Return the examples of one split of a dataset, in its order."""
    if split not in SPLITS:
        raise ValueError(f"no split is called {split}")
    own = col(ExampleRow.content)["split"].as_string() == split
    rows = select(ExampleRow.content).where(ExampleRow.dataset == dataset, own)
    return tuple(_example(content) for content in session.exec(rows.order_by(col(ExampleRow.position))))


def examples_named(session: Session, dataset: str, ids: Sequence[str]) -> tuple[Example, ...]:
    """Return the examples of a dataset with these ids, in its order."""
    found: list[ExampleRow] = []
    for start in range(0, len(ids), LOOKUP):
        some = col(ExampleRow.example_id).in_(ids[start : start + LOOKUP])
        found += session.exec(select(ExampleRow).where(ExampleRow.dataset == dataset, some))
    return tuple(_example(row.content) for row in sorted(found, key=lambda row: row.position))


def _example(content: Mapping[str, Any]) -> Example:
    return Example(**{**content, "clusters": tuple(content["clusters"])})


def add_target(session: Session, target: Target, *, by: str, at: datetime) -> bool:
    """Make this the current target of its name; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS)
    content = target.model_dump(mode="json")
    current = session.exec(
        select(TargetRow).where(TargetRow.name == target.name).order_by(col(TargetRow.id).desc())
    ).first()
    if current is not None and current.content == content:
        return False
    session.add(TargetRow(name=target.name, hash=target.hash, content=content, added_by=by, added_at=at))
    log.append(
        session,
        who=by,
        action="target added",
        subject=f"target:{target.name}",
        why="",
        detail={"hash": target.hash},
        at=at,
    )
    return True


def targets(session: Session) -> tuple[Target, ...]:
    """Return the current content of every target, by name."""
    rows = session.exec(select(TargetRow).order_by(col(TargetRow.id))).all()
    current = {row.name: row for row in rows}
    return tuple(Target.model_validate(current[name].content) for name in sorted(current))


def get_target(session: Session, name: str) -> Target:
    """Return the current target of this name; raises `Refused` naming those that exist."""
    known = {target.name: target for target in targets(session)}
    return _named("target", name, known, "composer target add FILE")


def _named(kind: str, name: str, known: dict[str, Found], command: str) -> Found:
    if name in known:
        return known[name]
    near: Sequence[tuple[str, float, int]] = extract(name, list(known), limit=3, score_cutoff=50)
    names = ", ".join(one for one, _, _ in near) or ", ".join(known) or "none yet"
    fix = f"Known: {names}. `{command}` adds one."
    raise Refused(
        f"no {kind} is called {name}", fix=fix if known else f"{fix} `composer demo` brings some to start with."
    )
