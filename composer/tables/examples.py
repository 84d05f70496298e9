"""The table of labelled examples."""

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from composer.tables.columns import json_column
from library.tables import Table


class ExampleRow(Table, table=True):
    """One labelled example of a task's dataset."""

    __tablename__ = "example"
    __table_args__ = (UniqueConstraint("dataset", "example_id"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset: str = Field(index=True)
    example_id: str
    position: int
    content: dict[str, Any] = json_column()
