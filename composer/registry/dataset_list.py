"""The data of every task at a glance: how many examples each split has, and who brought them when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from composer.registry.tasks import task_names
from composer.tables import DatasetRow, ExampleRow
from composer.task.task import SPLITS, SplitName

LOOKED_AT = 100
"""Examples of which the most ratings are looked for."""


@dataclass(frozen=True)
class DatasetEntry:
    """The current data of a task; no sizes, and nobody who added them, where it has none.

    `ratings` is how many single ratings an example has at most, of the first that are looked at.
    """

    task: str
    sizes: Mapping[SplitName, int]
    ratings: int
    added_by: str
    added_at: datetime | None


def list_datasets(session: Session) -> tuple[DatasetEntry, ...]:
    """Return the current data of every task, by its name."""
    newest = select(func.max(DatasetRow.id)).group_by(DatasetRow.task)
    rows = session.exec(select(DatasetRow).where(col(DatasetRow.id).in_(newest))).all()
    found = {row.task: row for row in rows}
    # Grouped by its name: PostgreSQL would not see that the path in the JSON is the same both times.
    split = col(ExampleRow.content)["split"].as_string().label("of_split")
    own = col(ExampleRow.dataset).in_([row.hash for row in rows])
    counts = select(ExampleRow.dataset, split, func.count()).where(own).group_by(ExampleRow.dataset, "of_split")
    sizes: dict[str, dict[str, int]] = {}
    for dataset, name, number in session.exec(counts):
        sizes.setdefault(dataset, {})[name] = number
    return tuple(_entry(session, name, found.get(name), sizes) for name in task_names(session))


def _entry(
    session: Session, task: str, row: DatasetRow | None, sizes: Mapping[str, Mapping[str, int]]
) -> DatasetEntry:
    if row is None:
        return DatasetEntry(task, {}, 0, "", None)
    first = select(ExampleRow.content).where(ExampleRow.dataset == row.hash).limit(LOOKED_AT)
    most = max((len(content.get("ratings", ())) for content in session.exec(first)), default=0)
    own = {name: sizes.get(row.hash, {}).get(name, 0) for name in SPLITS}
    return DatasetEntry(task, own, most, row.added_by, row.added_at)
