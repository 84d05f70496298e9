"""What a person can answer with, and the key of each answer."""

from __future__ import annotations

from dataclasses import dataclass

from composer.data.fields import Wrong, label_of
from composer.task.task import Output, Task
from library.errors import Refused

MOST = 21
"""Answers that are offered one by one; of more the rater picks from a list."""
_DIGITS = "123456789"


@dataclass(frozen=True)
class Choice:
    """One answer: its value, what a reader knows it as, and the keys to press for it, one after the other.

    Without keys it is given with the mouse alone.
    """

    value: float | str
    words: str
    keys: str


def choices(output: Output) -> tuple[Choice, ...]:
    """Return every answer of an output in its order: the whole numbers of the scale, or the labels of the list.

    A rating has its digit for a key, after a minus where it is below zero; ten has the key 0, or t on a scale that
    has a zero. The first nine labels have their places in the list.
    """
    if output.kind == "label":
        keys = [*_DIGITS, *([""] * len(output.labels))]
        return tuple(Choice(label, label, keys[place]) for place, label in enumerate(output.labels))
    low, high = output.scale
    return tuple(
        Choice(float(number), str(number).replace("-", "−"), _keys_of(number, low))
        for number in range(low, high + 1)
    )


def _keys_of(number: int, low: int) -> str:
    if abs(number) > 10:
        return ""
    ten = "0" if low > 0 else "t"
    return ("-" if number < 0 else "") + (ten if abs(number) == 10 else str(abs(number)))


def checked(value: object, task: Task) -> float | str:
    """Return an answer of a task as it is stored; raises `Refused` for one that the task doesn't have."""
    try:
        found = label_of(value, task, "rating")
    except Wrong as wrong:
        raise Refused(wrong.what, where=f"task {task.name}", fix=wrong.fix) from wrong
    if isinstance(found, float) and not found.is_integer():
        raise Refused(
            f"{found:g} is no whole number",
            where=f"task {task.name}",
            fix="Give one of the scale's, and say in a note what is between.",
        )
    return found


def is_answer(value: object, task: Task) -> bool:
    """Whether a stored answer is one that the task has now: its scale or labels may have been edited since."""
    try:
        checked(value, task)
    except Refused:
        return False
    return True
