"""The fields of one row, each checked: text, names, labels and ratings."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection

from composer.data.near_misses import near_label
from composer.data.tables import Problem, Row
from composer.task.task import Task

LIMIT_TEXT = 1_000_000
LIMIT_NAME = 200
LIMIT_EXPLANATION = 10_000

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
# What no database or hash can hold: NUL, and halves of a character that JSON escapes can spell.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Wrong(ValueError):
    """One field of one row is wrong: the column, what it is, what to do; `sample` is one of many of a cause."""

    def __init__(self, column: str, what: str, fix: str, sample: str = "") -> None:
        super().__init__(what)
        self.column, self.what, self.fix, self.sample = column, what, fix, sample

    def at(self, place: int) -> Problem:
        """Return it as a problem of the row at a place."""
        return Problem(place, self.column, self.what, self.fix, self.sample)


def given(row: Row, column: str) -> bool:
    """Whether a row has anything in a column; spaces alone are nothing."""
    value = row.get(column) if column else None
    return value is not None and not (isinstance(value, str) and not value.strip())


def text_of(value: object, column: str, *, limit: int = LIMIT_TEXT) -> str:
    """Return a text as it is, nothing as an empty one; raises `Wrong` for what isn't text or can't be stored."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Wrong(column, f"{short(value)} is not text", "Put it in double quotes.")
    if found := _UNSTORABLE.search(value):
        raise Wrong(column, f"holds a character that can't be stored: U+{ord(found[0]):04X}", "Remove it.")
    if len(value) > limit:
        raise Wrong(column, f"the text has {len(value):,} characters, and {limit:,} is the most", "Shorten it.")
    return value


def name_of(value: object, column: str) -> str:
    """Return an id, a cluster or a person: text, or a whole number that a file gives bare."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = text_of(value, column, limit=LIMIT_NAME).strip()
    if not text:
        raise Wrong(column, "is empty", "Fill it in, or leave the field out.")
    return text


def clusters_of(value: object, column: str) -> tuple[str, ...]:
    """Return the clusters that a cell names: a list, or text with `;` between."""
    parts = value if isinstance(value, list) else value.split(";") if isinstance(value, str) else [value]
    if not parts:
        raise Wrong(column, "the list is empty", "Name a cluster, or leave the field out.")
    return tuple(dict.fromkeys(name_of(part, column) for part in parts))


def label_of(value: object, task: Task, column: str, *, decimal_comma: bool = False) -> float | str:
    """Return a rating on the task's scale, or one of its labels; raises `Wrong` for anything else.

    A list with one of these is taken for it.
    """
    output = task.output
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    if isinstance(value, list) and value and not any(isinstance(one, list | dict) for one in value):
        what, given_ = "several answers at once, where the task has one", ", ".join(short(one) for one in value)
        raise Wrong(column, what, "Keep one of them, or remove the row.", given_)
    if output.kind == "label":
        label = value.strip() if isinstance(value, str) else None
        if label not in output.labels and (near := near_label(value, output.labels)):
            raise Wrong(column, near.what, near.fix, near.sample)
        if label not in output.labels:
            raise Wrong(column, f"{short(value)} is no label of the task", f"Labels: {', '.join(output.labels)}.")
        return label
    low, high = output.scale
    rating = number_of(value, decimal_comma=decimal_comma)
    if rating is None:
        raise Wrong(column, f"{short(value)} is not a number", f"Write one from {low} to {high}.")
    if not low <= rating <= high:
        raise Wrong(column, f"{short(value)} is outside the scale", f"Write a number from {low} to {high}.")
    return rating


def number_of(value: object, *, decimal_comma: bool = False) -> float | None:
    """Return the number that a cell holds, as a number or written; None for anything else."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        return float(value.replace(",", ".") if decimal_comma and isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None


def truth_of(value: object, column: str) -> bool:
    """Return whether a cell says yes."""
    if value is None or isinstance(value, bool):
        return bool(value)
    written = value.strip().lower() if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    if written in _TRUTH and (written or isinstance(value, str)):
        return _TRUTH[written]
    raise Wrong(column, f"{short(value)} is neither true nor false", "Write true or false.")


def extra_of(value: object, column: str) -> str:
    """Return what a column without a meaning holds, as text: JSON where it isn't."""
    return text_of(value if isinstance(value, str | None) else json.dumps(value, ensure_ascii=False), column)


def common_label(ratings: Collection[float | str], task: Task, column: str) -> float | str:
    """Return what several people's ratings come to: their mean, or the label that most of them gave.

    Raises `Wrong` where several labels were given equally often, unless the task's `ties` is `first`.
    """
    if task.output.kind == "ordinal":
        return math.fsum(float(one) for one in ratings) / len(ratings)
    counts = Counter(str(one) for one in ratings)
    most = max(counts.values())
    leading = [label for label in task.output.labels if counts[label] == most]
    if len(leading) > 1 and task.data.ties == "refuse":
        times = "once" if most == 1 else f"{most} times"
        raise Wrong(
            column,
            f"raters are tied between {' and '.join(leading)}, each given {times}",
            "Write the label into a gold column, or `ties: first` in the task's data: the one listed first there.",
        )
    return leading[0]


def short(value: object) -> str:
    """Return a value as a message quotes it, at most 60 characters long."""
    text = value.strip() if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
