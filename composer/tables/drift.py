"""The tables of how prompts in use do as time goes by: examples kept apart for that, and what was scored."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field

import composer.tables.candidates  # noqa: F401  (the table that this one refers to)
from composer.tables.columns import json_column, time_column
from library.tables import Table


class AnchorRow(Table, table=True):
    """Sealed examples of a task that are kept apart for good, by their ids; a task has one row, or none."""

    __tablename__ = "anchor"

    id: int | None = Field(default=None, primary_key=True)
    task: str = Field(unique=True)
    dataset: str
    examples: list[str] = json_column()
    chosen_by: str
    chosen_at: datetime = time_column()


class DriftScoreRow(Table, table=True):
    """One scoring of a release; `result` is None until it has finished, `run_id` where no run followed."""

    __tablename__ = "drift_score"
    unlogged: ClassVar[frozenset[str]] = frozenset(
        {"state", "stop_asked", "paid", "expected", "message", "ended_at"}
    )

    id: int | None = Field(default=None, primary_key=True)
    task: str = Field(index=True)
    target: str
    target_hash: str
    release_id: int = Field(foreign_key="release.id", index=True)
    kind: str
    dataset: str
    examples: list[str] = json_column()
    # Those of them, where they are anchors, that had a first answer to be held against.
    answered: list[str] = json_column()
    state: str = "waiting"
    stop_asked: bool = False
    paid: int = 0
    expected: int = 0
    message: str = ""
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    run_id: int | None = None
    started_by: str
    created_at: datetime = time_column()
    ended_at: datetime | None = time_column(nullable=True)
