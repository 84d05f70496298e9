"""Anchors: sealed examples of a task that are kept apart for good, and the sealed examples that are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from composer.data.examples import Example
from composer.registry.datasets import examples_of
from composer.tables import AnchorRow


@dataclass(frozen=True)
class Anchors:
    """The anchors of a task by their ids, who chose them when, and the dataset whose sealed examples they were."""

    task: str
    dataset: str
    examples: tuple[str, ...]
    chosen_by: str
    chosen_at: datetime


def anchors_of(session: Session, task: str) -> Anchors | None:
    """Return the anchors of a task, or None where none were chosen."""
    row = session.exec(select(AnchorRow).where(AnchorRow.task == task)).first()
    return Anchors(row.task, row.dataset, tuple(row.examples), row.chosen_by, row.chosen_at) if row else None


def anchor_ids(session: Session, task: str) -> tuple[str, ...]:
    """Return the ids of a task's anchors, sorted; empty where none were chosen."""
    known = anchors_of(session, task)
    return tuple(sorted(known.examples)) if known else ()


def sealed_examples(session: Session, dataset: str) -> tuple[Example, ...]:
    """Return what a candidate is measured on: a dataset's test examples without the anchors, in its order."""
    apart = set(anchor_ids(session, dataset.partition(":")[0]))
    return tuple(one for one in examples_of(session, dataset, "test") if one.id not in apart)
