"""The tables of what is current under a name: tasks, their datasets, and targets."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from composer.tables.columns import json_column, time_column
from library.tables import Table


class TaskRow(Table, table=True):
    """One content of a task; the newest row of a name is its current one."""

    __tablename__ = "task"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    hash: str = Field(index=True)
    content: dict[str, Any] = json_column()
    added_by: str
    added_at: datetime = time_column()


class DatasetRow(Table, table=True):
    """A dataset of a task; the newest row of a task name is its current one."""

    __tablename__ = "dataset"

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(index=True)
    task: str = Field(index=True)
    left_out: int
    added_by: str
    added_at: datetime = time_column()


class TargetRow(Table, table=True):
    """A target; the newest row of a name is its current one."""

    __tablename__ = "target"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    hash: str = Field(index=True)
    content: dict[str, Any] = json_column()
    added_by: str
    added_at: datetime = time_column()
