"""The tables of what models answered, and of what the sealed test splits were read for."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from composer.tables.columns import time_column
from library.tables import Table


class CellRow(Table, table=True):
    """One paid answer, keyed by all that was sent; kept permanently. None is unknown: the row is older."""

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
    answered_at: datetime = time_column()
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_tokens: int | None = None
    problem: str | None = None
    served_model: str | None = None
    system_fingerprint: str | None = None


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
    read_at: datetime = time_column()
