"""Texts of which one has to occur for a pattern to match: looking for them is far quicker than the pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _parser  # type: ignore[attr-defined]
from typing import Any

SHORTEST = 2
"""Characters of a text that is looked for: shorter ones occur everywhere, but for signs."""


def required(pattern: re.Pattern[str]) -> frozenset[str]:
    """Return texts of which a match of this pattern holds at least one; empty where none can be told."""
    return _of(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)) or frozenset()


def _of(parts: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """Return the most telling set of a sequence: that whose shortest text is the longest."""
    found: list[frozenset[str]] = []
    run = ""
    for kind, value in parts:
        if str(kind) == "LITERAL":
            run += chr(value)
            continue
        found.append(frozenset({run}))
        run = ""
        inner = _inside(str(kind), value)
        if inner is not None:
            found.append(inner)
    found.append(frozenset({run}))
    best = max(found, key=_telling)
    return best if _telling(best) >= SHORTEST else None


def _telling(texts: frozenset[str]) -> int:
    """Return how rare the commonest of some texts is: its length, and more where it is a sign."""
    return min(len(one) + (SHORTEST if one.strip() and not any(map(str.isalnum, one)) else 0) for one in texts)


def _inside(kind: str, value: Any) -> frozenset[str] | None:
    if kind == "SUBPATTERN":
        return _of(value[-1])
    if kind in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        one = list(value[2])
        if len(one) == 1 and str(one[0][0]) == "LITERAL":
            return frozenset({chr(one[0][1]) * value[0]})
        return _of(one)
    if kind == "BRANCH":
        every = [_of(one) for one in value[1]]
        return None if any(one is None for one in every) else frozenset().union(*(one or () for one in every))
    return None
