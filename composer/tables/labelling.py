"""The tables of what waits to be labelled, and of what people said of it."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field

from composer.tables.columns import json_column, time_column
from library.tables import Immutable, Table


class QueuedRow(Immutable, Table, table=True):
    """One example that waits to be labelled; what became of it, and by whom, once it waits no more."""

    __tablename__ = "queued"
    changeable: ClassVar[frozenset[str]] = frozenset({"outcome", "ended_by", "ended_at"})

    id: int | None = Field(default=None, primary_key=True)
    task: str = Field(index=True)
    example_id: str
    content: dict[str, Any] = json_column()
    reason: str
    raters: int
    queued_by: str
    queued_at: datetime = time_column()
    outcome: str = ""
    ended_by: str = ""
    ended_at: datetime | None = time_column(nullable=True)


class RatingRow(Immutable, Table, table=True):
    """One thing that a person did with a queued example: rated it, skipped it, or took back what they did."""

    __tablename__ = "rating"

    id: int | None = Field(default=None, primary_key=True)
    queued_id: int = Field(foreign_key="queued.id", index=True)
    person: str
    kind: str
    value: float | str | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    note: str = Field(sa_column=Column(Text, nullable=False))
    about: int | None = None
    given_at: datetime = time_column()
