"""The table of comments on candidates."""

from datetime import datetime

from sqlmodel import Field

import composer.tables.candidates  # noqa: F401  (the table that this one refers to)
from composer.tables.columns import time_column
from library.tables import Table


class CommentRow(Table, table=True):
    """A comment on a candidate, or on a snippet or an example in it, with its hash at the time."""

    __tablename__ = "comment"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    kind: str
    name: str
    object_hash: str
    text: str
    author: str
    written_at: datetime = time_column()
    resolved_by: str = ""
    resolved_at: datetime | None = time_column(nullable=True)
