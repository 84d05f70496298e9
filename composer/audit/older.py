"""Rows older than content hashes: those that entries without a hash made, as far as the entries tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from library.log import LogEntry

_BY_NUMBER = {
    "candidate submitted": "candidate",
    "run entered": "run",
    "released": "release",
    "rolled back": "release",
}
"""Actions whose subject is the row that they made."""
_ONE_EACH = {
    "approve": "verdict",
    "request changes": "verdict",
    "no-go": "verdict",
    "override": "verdict",
    "dismiss": "verdict",
    "correction proposed": "correction",
    "task added": "task",
    "target added": "target",
    "data imported": "dataset",
}
"""Actions that made one row of a table."""


def strangers(kind: str, keys: Collection[str], older: Iterable[LogEntry]) -> list[str]:
    """Return which of a table's rows, that no entry names, no older entry can have made either; all if too many.

    Tables whose rows older entries don't tell give none.
    """
    if kind in _BY_NUMBER.values():
        made = {one.subject for one in older if _BY_NUMBER.get(one.action) == kind}
        return [key for key in keys if f"{kind}:{key}" not in made]
    counted = _counts(older)
    return list(keys) if kind in counted and len(keys) > counted[kind] else []


def _counts(older: Iterable[LogEntry]) -> Mapping[str, int]:
    counts = Counter(dict.fromkeys([*_ONE_EACH.values(), "disposition"], 0))
    for one in older:
        if one.action in _ONE_EACH:
            counts[_ONE_EACH[one.action]] += 1
        if one.action.startswith("regression: "):
            counts["disposition"] += len(one.detail.get("examples", ()))
    return counts
