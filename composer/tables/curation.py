"""The table of what is asked outside of runs: mostly about authoring examples, while curators write snippets."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field

from composer.tables.columns import json_column, time_column
from library.tables import Table


class AuthoringJobRow(Table, table=True):
    """Answers to authoring examples, of the prompt in use or one with a draft; or to dev, of one named `text`.

    `apart` are the examples that the draft was written from, which count for nothing.
    """

    __tablename__ = "authoring_job"
    unlogged: ClassVar[frozenset[str]] = frozenset(
        {"state", "stop_asked", "paid", "expected", "message", "result", "ended_at"}
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    task: str = Field(index=True)
    target: str
    key: str = ""
    text: str = Field(sa_column=Column(Text, nullable=False))
    examples: list[str] = json_column()
    apart: list[str] = json_column()
    state: str = "waiting"
    stop_asked: bool = False
    paid: int = 0
    expected: int = 0
    message: str = ""
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    started_by: str
    created_at: datetime = time_column()
    ended_at: datetime | None = time_column(nullable=True)
