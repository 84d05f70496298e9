"""What is nearly right in a file of labelled rows: one cause that rows share, and its remedy."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class NearMiss:
    """A value that is nearly a right one: why it is none, what to do, and the value with the right one."""

    what: str
    fix: str
    sample: str


def near_label(value: object, labels: Collection[str]) -> NearMiss | None:
    """Return why a gold value is no label although it is near one; None where it is near none."""
    text = value.strip() if isinstance(value, str) else str(value)
    if number := next((label for label in labels if _same_number(text, label)), None):
        return NearMiss(
            "a number stands where the task has a label",
            "Labels are text: write them as the task's file does. Spreadsheets turn them into numbers: make the "
            "column one of text there, or put the labels in quotes in JSON.",
            f"{text} for {number}",
        )
    folded = {label.casefold(): label for label in labels}
    if label := folded.get(text.casefold()):
        return NearMiss(
            "a label is written with other capitals than in the task",
            "Write it in all rows as the task's file does.",
            f"{text} for {label}",
        )
    return None


def _same_number(text: str, label: str) -> bool:
    try:
        return text != label and float(text) == float(label)
    except ValueError:
        return False
