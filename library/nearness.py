"""Whether two JSON values say the same: processors add up in different orders, and differ in the last digits."""

from __future__ import annotations

import math
from typing import Any

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""How far two numbers may lie apart: of their size, and near 0."""


def nearly_equal(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal but for the last digits of their numbers; a tuple counts as a list."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(nearly_equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(nearly_equal, one, other))
    if _is_number(one) and _is_number(other):
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
