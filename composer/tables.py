"""The composer's tables. Rows are only read and written by the modules at the edges."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Dialect, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from library.canonical import canonical_bytes
from library.tables import Table, UtcDateTime


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value stored as the very text whose sha256 is its identity."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Take a value to its canonical text."""
        return None if value is None else canonical_bytes(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Give the value back."""
        return None if value is None else json.loads(value)


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


def _time(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=nullable))


class TaskRow(Table, table=True):
    """One content of a task; the newest row of a name is its current one."""

    __tablename__ = "task"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    hash: str = Field(index=True)
    content: dict[str, Any] = _json()
    added_by: str
    added_at: datetime = _time()


class ExampleRow(Table, table=True):
    """One labelled example of a task's dataset."""

    __tablename__ = "example"
    __table_args__ = (UniqueConstraint("dataset", "example_id"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset: str = Field(index=True)
    example_id: str
    position: int
    content: dict[str, Any] = _json()


class DatasetRow(Table, table=True):
    """A dataset of a task; the newest row of a task name is its current one."""

    __tablename__ = "dataset"

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(index=True)
    task: str = Field(index=True)
    left_out: int
    added_by: str
    added_at: datetime = _time()


class TargetRow(Table, table=True):
    """A target; the newest row of a name is its current one."""

    __tablename__ = "target"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    hash: str = Field(index=True)
    content: dict[str, Any] = _json()
    added_by: str
    added_at: datetime = _time()


class CellRow(Table, table=True):
    """One paid answer, keyed by all that was sent; kept for good."""

    __tablename__ = "cell"

    key: str = Field(primary_key=True)
    target: str = Field(index=True)
    composition: str = Field(index=True)
    example_id: str
    replicate: int
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    answered_at: datetime = _time()


class RunRow(Table, table=True):
    """One search; the same (task, data, target, library, incumbent, strategy, seed, budget) is the same run."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(unique=True)
    task: str = Field(index=True)
    task_hash: str
    dataset: str
    target: str
    target_hash: str
    library: str
    incumbent: str
    strategy: str
    seed: int
    budget: int
    state: str = "waiting"
    asked: int = 0
    stored: int = 0
    paid: int = 0
    expected: int = 0
    stop_asked: bool = False
    message: str = ""
    trace: list[dict[str, Any]] = _json()
    worth: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    result: dict[str, Any] = _json()
    started_by: str
    created_at: datetime = _time()
    started_at: datetime | None = _time(nullable=True)
    ended_at: datetime | None = _time(nullable=True)


class CandidateRow(Table, table=True):
    """A composition put up for review, with its evidence."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("run_id", "evidence_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    task: str = Field(index=True)
    target: str = Field(index=True)
    versions: list[int] = _json()
    incumbent_versions: list[int] = _json()
    evidence: dict[str, Any] = Field(sa_column=Column(CanonicalJson, nullable=False))
    evidence_hash: str
    proposed_by: str
    created_at: datetime = _time()
    rescored_from: int | None = None
    # What a list shows of the evidence, so that it needn't read it all; None in rows older than this.
    summary: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class TestReadRow(Table, table=True):
    """One reading of a sealed test split for one composition."""

    __tablename__ = "test_read"
    __table_args__ = (UniqueConstraint("dataset", "target", "composition"),)
    __test__ = False

    id: int | None = Field(default=None, primary_key=True)
    dataset: str = Field(index=True)
    target: str
    composition: str
    run_id: int
    read_at: datetime = _time()


class VerdictRow(Table, table=True):
    """What a named reviewer decided, bound to the evidence they saw; a dismissal names the verdict it is about."""

    __tablename__ = "verdict"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    kind: str
    reason: str
    reviewer: str
    evidence_hash: str
    given_at: datetime = _time()
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
    given_at: datetime = _time()


class CommentRow(Table, table=True):
    """A comment on a candidate, or on a snippet or an example in it as its hash says it was then."""

    __tablename__ = "comment"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    kind: str
    name: str
    object_hash: str
    text: str
    author: str
    written_at: datetime = _time()
    resolved_by: str = ""
    resolved_at: datetime | None = _time(nullable=True)


class CorrectionRow(Table, table=True):
    """Another label for an example, which takes effect when a second person confirms it."""

    __tablename__ = "correction"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    task: str = Field(index=True)
    example_id: str
    gold_before: Any = _json()
    gold: Any = _json()
    reason: str
    proposed_by: str
    proposed_at: datetime = _time()
    state: str = "open"
    decided_by: str = ""
    decision: str = ""
    decided_at: datetime | None = _time(nullable=True)


class JobRow(Table, table=True):
    """Answers asked for about a candidate after its run: scoring again, steps, suspects, noise."""

    __tablename__ = "job"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    kind: str
    examples: list[str] = _json()
    state: str = "waiting"
    paid: int = 0
    expected: int = 0
    message: str = ""
    made: int | None = None
    result: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    started_by: str
    created_at: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)


class WebhookRow(Table, table=True):
    """An address that is told of what is logged, up to the entry `delivered`."""

    __tablename__ = "webhook"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True)
    secret_env: str
    actions: list[str] = _json()
    delivered: int = 0
    failures: int = 0
    next_try_at: datetime | None = _time(nullable=True)
    problem: str = ""
    added_by: str
    added_at: datetime = _time()


class ReleaseRow(Table, table=True):
    """A candidate made current for (task, target); the newest row of a pair is the incumbent."""

    __tablename__ = "release"

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    task: str = Field(index=True)
    target: str = Field(index=True)
    versions: list[int] = _json()
    released_by: str
    reason: str
    released_at: datetime = _time()
