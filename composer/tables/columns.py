"""Columns that several tables have: JSON values and times."""

import json
from typing import Any

from sqlalchemy import JSON, Column, Dialect, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from library.canonical import canonical_bytes
from library.tables import UtcDateTime


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value stored as the very text whose sha256 is its identity."""

    impl = Text
    cache_ok = True
    is_canonical = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Take a value to its canonical text."""
        return None if value is None else canonical_bytes(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Give the value back."""
        return None if value is None else json.loads(value)


def json_column() -> Any:
    """Return a field of a JSON value."""
    return Field(sa_column=Column(JSON, nullable=False))


def time_column(*, nullable: bool = False) -> Any:
    """Return a field of a time in UTC; a row always has it unless it is `nullable`."""
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=nullable))
