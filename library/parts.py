"""Long lists cut into parts that one query may name: databases limit how many values it may hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

KEYS_IN_A_QUERY = 500
"""Below SQLite's limit on bound values."""

Value = TypeVar("Value")


def in_parts(values: Sequence[Value], size: int = KEYS_IN_A_QUERY) -> Iterator[Sequence[Value]]:
    """Yield the values in order, at most `size` (1 or more) at a time; nothing for none."""
    return (values[start : start + size] for start in range(0, len(values), size))
