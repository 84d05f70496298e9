"""The table of what is asked about a candidate after its run."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field

import composer.tables.candidates  # noqa: F401  (the table that this one refers to)
from composer.tables.columns import json_column, time_column
from library.tables import Table


class JobRow(Table, table=True):
    """Answers asked for about a candidate after its run: scoring again, steps, suspects, noise."""

    __tablename__ = "job"
    unlogged: ClassVar[frozenset[str]] = frozenset(
        {"state", "paid", "expected", "message", "made", "result", "ended_at"}
    )

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    kind: str
    examples: list[str] = json_column()
    state: str = "waiting"
    paid: int = 0
    expected: int = 0
    message: str = ""
    made: int | None = None
    result: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    started_by: str
    created_at: datetime = time_column()
    ended_at: datetime | None = time_column(nullable=True)
