"""The table of bases that somebody proposed for a task, besides the one in its file."""

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field

from composer.tables.columns import time_column
from library.tables import Immutable, Table


class BaseRow(Immutable, Table, table=True):
    """One base of a task that is not its own; it never changes, and is vetted with the candidate that holds it."""

    __tablename__ = "base"
    __table_args__ = (UniqueConstraint("task", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    task: str = Field(index=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str
    added_by: str
    added_at: datetime = time_column()
    note: str = Field(sa_column=Column(Text, nullable=False))
