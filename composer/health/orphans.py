"""Rows that point nowhere: by foreign keys, by numbers and hashes without one, and by lists of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import Session, SQLModel, col, select

from composer.tables import (
    AdaptationRow,
    BaseRow,
    CandidateRow,
    CellRow,
    DatasetRow,
    ExampleRow,
    QueuedRow,
    ReleaseRow,
    RunRow,
    TargetRow,
    TaskRow,
    TestReadRow,
    VerdictRow,
)
from library.tables import SnippetVersionRow

_BY_VALUE: tuple[tuple[Any, Any], ...] = (
    (RunRow.task_hash, TaskRow.hash),
    (RunRow.target_hash, TargetRow.hash),
    (RunRow.dataset, DatasetRow.hash),
    (RunRow.base, BaseRow.id),
    (RunRow.adaptation, AdaptationRow.id),
    (ExampleRow.dataset, DatasetRow.hash),
    (TestReadRow.run_id, RunRow.id),
    (CandidateRow.base, BaseRow.id),
    (CandidateRow.incumbent_base, BaseRow.id),
    (CandidateRow.rescored_from, CandidateRow.id),
    (ReleaseRow.base, BaseRow.id),
    (VerdictRow.about, VerdictRow.id),
)
"""Columns that name a row of another table without a foreign key."""
_LISTS: tuple[Any, ...] = (
    CandidateRow.versions,
    CandidateRow.incumbent_versions,
    ReleaseRow.versions,
    RunRow.proposed,
)
"""Columns that hold the ids of snippet versions."""


def orphans(session: Session) -> list[str]:
    """Say which rows name another one that isn't there."""
    return [*_by_key(session), *_by_value(session), *_by_list(session)]


def strays(session: Session) -> list[str]:
    """Say how many answers are of a target or an example that isn't in the database; no page shows those."""
    target = col(CellRow.target).not_in(select(TargetRow.hash))
    known = select(ExampleRow.example_id).union(select(QueuedRow.example_id))
    annotated = col(CellRow.example_id).startswith("row-")  # rows of files, which are kept nowhere else
    example = col(CellRow.example_id).not_in(known) & ~annotated
    counted = {
        name: session.scalar(select(func.count()).select_from(CellRow).where(condition)) or 0
        for name, condition in (("targets", target), ("examples", example & ~target))
    }
    return [f"{count:,} answers are of {name} that are not here" for name, count in counted.items() if count]


def _by_key(session: Session) -> Iterator[str]:
    for table in SQLModel.metadata.sorted_tables:
        for key in table.foreign_keys:
            other = key.column.table.alias()
            yield from _lost(session, key.parent, other.c[key.column.name], key.column.table.name)


def _by_value(session: Session) -> Iterator[str]:
    for column, named in _BY_VALUE:
        table = named.class_.__table__
        yield from _lost(session, column.class_.__table__.c[column.key], table.alias().c[named.key], table.name)


def _lost(session: Session, column: ColumnElement[Any], other: ColumnElement[Any], name: str) -> Iterator[str]:
    table: Any = column.table
    (primary,) = table.primary_key.columns
    query = select(primary).where(column.is_not(None), ~exists().where(other == column)).order_by(primary)
    for key in session.scalars(query):
        yield f"{table.name} {key} names a {name} that is not there"


def _by_list(session: Session) -> Iterator[str]:
    known = set(session.exec(select(SnippetVersionRow.id)))
    for column in _LISTS:
        row = column.class_
        for number, versions in session.exec(select(row.id, column)):
            if missing := sorted(set(versions or ()) - known):
                yield f"{row.__tablename__} {number} names snippet version {missing[0]}, which is not there"
