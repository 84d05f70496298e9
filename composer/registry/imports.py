"""Importing a task's labelled data: what was among them before keeps its split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session

from composer.data.datachange import DataChange, change_of, with_present
from composer.data.dataset import load_examples
from composer.data.examples import Dataset, Record
from composer.data.known import NOTHING_KNOWN, KnownSplits, known_splits
from composer.registry.datasets import current_dataset, earlier_examples, has_data, make_current
from composer.task.task import Task
from library.database import lock_for_writing
from library.people import require
from library.roles import KEEPERS


@dataclass(frozen=True)
class Imported:
    """What an import made of a task's data, and whether that is anything new."""

    dataset: Dataset
    changed: bool


def prospect(session: Session, task: Task, records: Sequence[Record]) -> Dataset:
    """Return what importing records would make the current data of a task; raises what `load_examples` raises."""
    return load_examples(task, records, _known(session, task.name))


def import_records(session: Session, task: Task, records: Sequence[Record], *, by: str, at: datetime) -> Imported:
    """Split records and make them the current data of a task; what was among its data before keeps its split.

    Takes the write lock before it looks, so that of two imports one sees what the other assigned. Raises for the
    role, and what `load_examples` raises.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS, task=task.name, scope="import")
    dataset = prospect(session, task, records)
    moved = {"moved": [asdict(one) for one in dataset.moved]} if dataset.moved else {}
    why = "; ".join(dataset.moves)
    return Imported(dataset, make_current(session, task, dataset, by=by, at=at, why=why, detail=moved))


def preview_import(session: Session, task: Task, records: Sequence[Record], *, keep: bool = False) -> DataChange:
    """Return what importing these records would change, or adding them to the present data where those are kept.

    Stores nothing; raises what `load_examples` raises.
    """
    present = current_dataset(session, task.name).examples if has_data(session, task.name) else ()
    wanted = with_present(present, records) if keep else records
    return change_of(present, prospect(session, task, wanted))


def add_records(session: Session, task: Task, records: Sequence[Record], *, by: str, at: datetime) -> Imported:
    """Import records beside a task's present data, which stay; one with the id of an example replaces it.

    Raises what importing raises.
    """
    lock_for_writing(session)
    present = current_dataset(session, task.name).examples if has_data(session, task.name) else ()
    return import_records(session, task, with_present(present, records), by=by, at=at)


def _known(session: Session, task: str) -> KnownSplits:
    if not has_data(session, task):
        return NOTHING_KNOWN
    return known_splits(current_dataset(session, task).examples, earlier_examples(session, task))
