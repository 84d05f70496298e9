"""Rows older than content hashes: those that entries without a hash made, as far as the entries tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from library.log import LogEntry
from library.rows import Row

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
_YOUNGER = ("base", "queued", "rating")
"""Tables that came after content hashes: every row of theirs is named."""


def strangers(kind: str, keys: Collection[str], older: Iterable[LogEntry]) -> list[str]:
    """Return which of a table's rows, that no entry names, no older entry can have made either; all if too many.

    Tables whose rows older entries don't tell give none.
    """
    if kind in _YOUNGER:
        return list(keys)
    if kind in _BY_NUMBER.values():
        made = {one.subject for one in older if _BY_NUMBER.get(one.action) == kind}
        return [key for key in keys if f"{kind}:{key}" not in made]
    counted = _counts(older)
    return list(keys) if kind in counted and len(keys) > counted[kind] else []


def lost(present: Collection[Row], unnamed: Mapping[str, int], older: Iterable[LogEntry]) -> list[str]:
    """Say which rows that older entries made are gone: those known by number, and of other tables how many.

    `present` are all rows there are, `unnamed` counts by table those that no entry names.
    """
    entries = list(older)
    numbered = [(one, kind) for one in entries if (kind := _BY_NUMBER.get(one.action))]
    found = [
        f"{one.subject.replace(':', ' ')}, made by entry {one.id} of the log, is gone"
        for one, kind in numbered
        if (kind, one.subject.partition(":")[2]) not in present
    ]
    for kind, count in _counts(entries).items():
        missing = count - unnamed.get(kind, 0)
        if missing > 0 and kind != "correction":  # one decided later is named by that entry
            found.append(f"{missing} of {count} rows of {kind} that older entries of the log made are gone")
    return found


def _counts(older: Iterable[LogEntry]) -> Mapping[str, int]:
    counts = Counter(dict.fromkeys([*_ONE_EACH.values(), "disposition"], 0))
    for one in older:
        if one.action in _ONE_EACH or _is_verdict(one):
            counts[_ONE_EACH.get(one.action, "verdict")] += 1
        if one.action.startswith("regression: "):
            counts["disposition"] += len(one.detail.get("examples", ()))
    return counts


def _is_verdict(entry: LogEntry) -> bool:
    """Whether it is a comment of the time when comments were verdicts, bound to evidence."""
    return entry.action == "comment" and "evidence" in entry.detail
