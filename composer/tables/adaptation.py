"""The table of adaptations: what was frozen when a prompt went from one target to another."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field

from composer.tables.columns import json_column, time_column
from library.tables import Table


class AdaptationRow(Table, table=True):
    """A task's prompt in use on one target, frozen as the baseline of a run on another.

    `prior` is what other targets taught of the library, None where they taught nothing; `bar` the mean loss that
    a composition must undercut to be of use, in [0, 1]. `outcome` is filled in when its run has ended.
    """

    __tablename__ = "adaptation"
    unlogged: ClassVar[frozenset[str]] = frozenset({"outcome"})

    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(unique=True)
    task: str = Field(index=True)
    task_hash: str
    dataset: str
    source: str
    source_hash: str
    target: str
    target_hash: str
    # What the baseline is made of; no base is the task's own.
    versions: list[int] = json_column()
    base: int | None = None
    prior: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    bar: float | None = None
    started_by: str
    created_at: datetime = time_column()
    outcome: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
