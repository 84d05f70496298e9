"""Datasets of tasks: the current one, its examples and their splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from composer.data.examples import Dataset, Example
from composer.tables import DatasetRow, ExampleRow
from composer.task.task import SPLITS, SplitName, Task
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.parts import in_parts
from library.people import require
from library.reasons import reason_of
from library.roles import KEEPERS
from library.tables import insert_all


def add_examples(session: Session, task: Task, dataset: Dataset, *, by: str, at: datetime) -> bool:
    """Make this the current dataset of the task; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS, task=task.name)
    return make_current(session, task, dataset, by=by, at=at)


def leave_out(
    session: Session, task: Task, ids: Sequence[str], *, reason: str, by: str, at: datetime
) -> tuple[Example, ...]:
    """Take examples out of a task's data, whole and logged, and return them; importing their file undoes it.

    Raises `Refused` for the role, an id that the data lack, no reason, and where dev or test would be empty.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS, task=task.name)
    why = reason_of(reason, "leaving examples out")
    known = current_dataset(session, task.name)
    wanted = set(ids)
    gone = tuple(example for example in known.examples if example.id in wanted)
    unknown = sorted(wanted - {example.id for example in gone})
    if unknown or not gone:
        what = f"the data have no example {unknown[0]}" if unknown else "no example is that long"
        raise Refused(what, where=f"task {task.name}", fix="Nothing was left out.")
    kept = tuple(example for example in known.examples if example.id not in wanted)
    for split in ("dev", "test"):
        if not any(example.split == split for example in kept):
            raise Refused(
                f"the {split} split would be empty", where=f"task {task.name}", fix="Import other rows instead."
            )
    smaller = replace(known, examples=kept)
    named = {"examples_left_out": [example.id for example in gone]}
    make_current(session, task, smaller, by=by, at=at, action="examples left out", why=why, detail=named)
    return gone


def make_current(
    session: Session,
    task: Task,
    dataset: Dataset,
    *,
    by: str,
    at: datetime,
    action: str = "data imported",
    why: str = "",
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Write a dataset, or a changed one, and log it; returns whether anything changed. Raises for the role."""
    lock_for_writing(session)
    require(session, by, *KEEPERS, "reviewer", task=task.name, scope="import")
    current = _dataset_row(session, task.name)
    name = f"{task.name}:{dataset.hash}"
    if current is not None and current.hash == name:
        return False
    if session.exec(select(DatasetRow).where(DatasetRow.hash == name)).first() is None:
        insert_all(
            session,
            ExampleRow,
            (
                {"dataset": name, "example_id": one.id, "position": position, "content": one.content}
                for position, one in enumerate(dataset.examples)
            ),
        )
    session.add(DatasetRow(hash=name, task=task.name, left_out=dataset.left_out, added_by=by, added_at=at))
    log.append(
        session,
        who=by,
        action=action,
        subject=f"task:{task.name}",
        why=why,
        detail={
            "dataset": name,
            "examples": len(dataset.examples),
            "left_out": dataset.left_out,
            **(detail or {}),
        },
        at=at,
    )
    return True


def _dataset_row(session: Session, task: str) -> DatasetRow | None:
    query = select(DatasetRow).where(DatasetRow.task == task).order_by(col(DatasetRow.id).desc())
    return session.exec(query.limit(1)).first()


def dataset_of(session: Session, task: str) -> str:
    """Return the name of the task's current dataset; raises `Refused` where it has none."""
    row = _dataset_row(session, task)
    if row is None:
        raise Refused(f"task {task} has no labelled data", fix=f"Run `composer data import {task} FILE`.")
    return row.hash


def current_datasets(session: Session) -> dict[str, str]:
    """Return the name of the current dataset of each task that has labelled data."""
    newest = select(func.max(DatasetRow.id)).group_by(col(DatasetRow.task))
    rows = select(DatasetRow.task, DatasetRow.hash).where(col(DatasetRow.id).in_(newest))
    return dict(session.exec(rows).all())


def has_data(session: Session, task: str) -> bool:
    """Whether a task has labelled data."""
    return _dataset_row(session, task) is not None


def tasks_with_data(session: Session) -> tuple[str, ...]:
    """Return the names of the tasks that have labelled data, sorted."""
    return tuple(sorted(session.exec(select(DatasetRow.task).distinct())))


def current_dataset(session: Session, task: str) -> Dataset:
    """Return the task's current dataset with the examples of every split; raises `Refused` where it has none."""
    name = dataset_of(session, task)
    row = _dataset_row(session, task)
    examples = tuple(example for split in SPLITS for example in examples_of(session, name, split))
    return Dataset(examples, row.left_out if row else 0)


def examples_in(session: Session, dataset: str) -> tuple[Example, ...]:
    """Return the examples of all splits of a dataset, in its order."""
    rows = select(ExampleRow.content).where(ExampleRow.dataset == dataset)
    return tuple(_example(content) for content in session.exec(rows.order_by(col(ExampleRow.position))))


def examples_of(session: Session, dataset: str, split: str) -> tuple[Example, ...]:
    """Return the examples of one split of a dataset, in its order."""
    if split not in SPLITS:
        raise ValueError(f"no split is called {split}")
    own = col(ExampleRow.content)["split"].as_string() == split
    rows = select(ExampleRow.content).where(ExampleRow.dataset == dataset, own)
    return tuple(_example(content) for content in session.exec(rows.order_by(col(ExampleRow.position))))


def earlier_examples(session: Session, task: str) -> Iterator[Example]:
    """Yield the examples that were ever among a task's data, the last imported first, and each of a kind once.

    Of a kind are those with the same id, split and clusters.
    """
    split, clusters = (col(ExampleRow.content)[name].as_string() for name in ("split", "clusters"))
    own = select(DatasetRow.hash).where(DatasetRow.task == task)
    kinds = select(func.max(ExampleRow.id)).where(col(ExampleRow.dataset).in_(own))
    newest = kinds.group_by(col(ExampleRow.example_id), split, clusters)
    query = select(ExampleRow.content).where(col(ExampleRow.id).in_(newest)).order_by(col(ExampleRow.id).desc())
    return (_example(content) for content in session.exec(query))


def examples_named(session: Session, dataset: str, ids: Sequence[str]) -> tuple[Example, ...]:
    """Return the examples of a dataset with these ids, in its order."""
    found: list[tuple[int, Mapping[Any, Any]]] = []
    for some in in_parts(ids):
        theirs = (col(ExampleRow.dataset) == dataset) & col(ExampleRow.example_id).in_(some)
        found += session.exec(select(ExampleRow.position, ExampleRow.content).where(theirs))
    return tuple(_example(content) for _, content in sorted(found, key=lambda row: row[0]))


def _example(content: Mapping[str, Any]) -> Example:
    return Example(**{**content, "clusters": tuple(content["clusters"])})


def split_size(session: Session, dataset: str, split: SplitName) -> int:
    """Return how many examples a split of a dataset has."""
    own = col(ExampleRow.content)["split"].as_string() == split
    rows = select(func.count()).select_from(ExampleRow).where(ExampleRow.dataset == dataset, own)
    return session.exec(rows).one()


def dataset_size(session: Session, dataset: str) -> int:
    """Return how many examples a dataset has; 0 for one that there is not."""
    return session.exec(select(func.count()).select_from(ExampleRow).where(ExampleRow.dataset == dataset)).one()


def has_ratings(session: Session, dataset: str) -> bool:
    """Whether any example of a dataset has single ratings of people."""
    rated = col(ExampleRow.content)["ratings"].as_string().is_not(None)
    return (
        session.exec(select(ExampleRow.id).where(ExampleRow.dataset == dataset, rated).limit(1)).first()
        is not None
    )


def clusters_of(session: Session, dataset: str, split: str) -> dict[str, tuple[str, ...]]:
    """Return the clusters of every example of one split of a dataset, by its id."""
    own = col(ExampleRow.content)["split"].as_string() == split
    clusters = col(ExampleRow.content)["clusters"]
    rows = select(ExampleRow.example_id, clusters).where(ExampleRow.dataset == dataset, own)
    return {name: tuple(some) for name, some in session.exec(rows)}


def ids_of(session: Session, dataset: str) -> frozenset[str]:
    """Return the ids of the examples of a dataset."""
    return frozenset(session.exec(select(ExampleRow.example_id).where(ExampleRow.dataset == dataset)))


def inputs_of(session: Session, dataset: str) -> dict[str, tuple[str, ...]]:
    """Return the inputs of every example of a dataset, by its id."""
    rows = select(ExampleRow.example_id, ExampleRow.content).where(ExampleRow.dataset == dataset)
    return {name: tuple(content["inputs"].values()) for name, content in session.exec(rows)}


def texts_of(session: Session, dataset: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the id, split and inputs of every example of a dataset, in its order."""
    content = col(ExampleRow.content)
    rows: Select[Any] = select_columns(col(ExampleRow.example_id), content["split"].as_string(), content["inputs"])
    found = session.execute(rows.where(col(ExampleRow.dataset) == dataset).order_by(col(ExampleRow.position)))
    return ((name, split, tuple(inputs.values())) for name, split, inputs in found)
