"""The table of webhook endpoints."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from composer.tables.columns import json_column, time_column
from library.tables import Table


class WebhookRow(Table, table=True):
    """An address that is notified of what is logged, up to the entry `delivered`."""

    __tablename__ = "webhook"
    unlogged: ClassVar[frozenset[str]] = frozenset({"delivered", "failures", "next_try_at", "problem"})

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True)
    secret_env: str
    actions: list[str] = json_column()
    delivered: int = 0
    failures: int = 0
    next_try_at: datetime | None = time_column(nullable=True)
    problem: str = ""
    added_by: str
    added_at: datetime = time_column()
