"""The table of searches."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field

from composer.tables.columns import json_column, time_column
from library.tables import Table

PROPOSED = "proposed"
"""The strategy of a run that measures what somebody picked."""


class RunRow(Table, table=True):
    """One search; the same (task, data, target, library, incumbent, strategy, seed, budget) is the same run."""

    __tablename__ = "run"
    unlogged: ClassVar[frozenset[str]] = frozenset(
        {"state", "asked", "stored", "paid", "expected", "stop_asked", "message"}
        | {"trace", "worth", "result", "started_at", "ended_at"}
    )

    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(unique=True)
    task: str = Field(index=True)
    task_hash: str
    dataset: str
    target: str
    target_hash: str
    library: str
    incumbent: str
    # Ids of the versions of a composition that somebody picked; None where a search chooses.
    proposed: list[int] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    # Id of the base of what it composes; None is the task's own.
    base: int | None = None
    # The adaptation whose search it is; None where nothing is carried over.
    adaptation: int | None = None
    strategy: str
    seed: int
    budget: int
    state: str = "waiting"
    asked: int = 0
    stored: int = 0
    paid: int = 0
    expected: int = 0
    stop_asked: bool = False
    message: str = ""
    trace: list[dict[str, Any]] = json_column()
    worth: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    result: dict[str, Any] = json_column()
    started_by: str
    created_at: datetime = time_column()
    started_at: datetime | None = time_column(nullable=True)
    ended_at: datetime | None = time_column(nullable=True)
