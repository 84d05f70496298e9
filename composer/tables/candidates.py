"""The tables of candidates and of what is decided on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from composer.tables.columns import CanonicalJson, json_column, time_column
from library.tables import Table


class CandidateRow(Table, table=True):
    """A composition put up for review, with its evidence."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("run_id", "evidence_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    task: str = Field(index=True)
    target: str = Field(index=True)
    versions: list[int] = json_column()
    incumbent_versions: list[int] = json_column()
    evidence: dict[str, Any] = Field(sa_column=Column(CanonicalJson, nullable=False))
    evidence_hash: str
    proposed_by: str
    created_at: datetime = time_column()
    rescored_from: int | None = None
    # What a list shows of the evidence, so that it needn't read it all; None in rows older than this.
    summary: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    # Ids of the bases of both compositions; None is the task's own.
    base: int | None = None
    incumbent_base: int | None = None


class VerdictRow(Table, table=True):
    """What a named reviewer decided, bound to the evidence they saw; a dismissal names the verdict it is about."""

    __tablename__ = "verdict"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    kind: str
    reason: str
    reviewer: str
    evidence_hash: str
    given_at: datetime = time_column()
    about: int | None = None
    local: bool = True


class DispositionRow(Table, table=True):
    """A disposition of one regression; the newest row of an example counts."""

    __tablename__ = "disposition"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    example_id: str
    kind: str
    reason: str
    reviewer: str
    given_at: datetime = time_column()


class CorrectionRow(Table, table=True):
    """Another label for an example, which takes effect when a second person confirms it."""

    __tablename__ = "correction"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    task: str = Field(index=True)
    example_id: str
    gold_before: Any = json_column()
    gold: Any = json_column()
    reason: str
    proposed_by: str
    proposed_at: datetime = time_column()
    state: str = "open"
    decided_by: str = ""
    decision: str = ""
    decided_at: datetime | None = time_column(nullable=True)


class ReleaseRow(Table, table=True):
    """A candidate made current for (task, target); the newest row of a pair is the incumbent."""

    __tablename__ = "release"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    task: str = Field(index=True)
    target: str = Field(index=True)
    versions: list[int] = json_column()
    released_by: str
    reason: str
    released_at: datetime = time_column()
    base: int | None = None
