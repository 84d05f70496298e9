"""What a prompt says of its answers: as JSON with which fields, and on which scale."""

from __future__ import annotations

import re
from collections.abc import Collection

from composer.task.task import Format

_OBJECT = re.compile(r"\{[^{}]*\}")
_FIELD = re.compile(r"[\"'“”]([\w -]+)[\"'“”]\s*:")
SCALE = re.compile(
    r"(?<![\d.,/-])(-?\d{1,4})(?:\s*\([^()]*\)|\s*=[^,;.]*)?\s*(?:(?:up\s+)?to|and|through|until|[-–—]|\.\.\.?|…)\s*(-?\d{1,4})(?![\d/-]|[.,]\d)"
)
"""Two numbers that may be both ends of a scale: `1 to 5`, `1-5`, `-4 (bad) to 4`."""
_WIDEST = 100


def answer_fields(prompt: str, inputs: Collection[str] = ()) -> tuple[str, ...]:
    """Return the fields of the first JSON object that a prompt shows, in order; none where it shows none.

    An object whose fields are all `inputs` is an example of what comes in, and passed over.
    """
    for found in _OBJECT.finditer(prompt):
        fields = tuple(dict.fromkeys(_FIELD.findall(found[0])))
        if fields and not set(fields) <= set(inputs):
            return fields
    return ()


def answer_format(prompt: str) -> Format:
    """Return the format that a prompt asks for: JSON where it shows an object, or names it."""
    return "json" if answer_fields(prompt) or re.search(r"\bjson\b", prompt, re.IGNORECASE) else "plain"


def scales(prompt: str) -> tuple[tuple[int, int], ...]:
    """Return the scales that a prompt names, such as `1 to 5`, `1-5`, `-4 (bad) to 4`, in order."""
    ends = ((int(found[1]), int(found[2])) for found in SCALE.finditer(prompt))
    return tuple(dict.fromkeys((low, high) for low, high in ends if low < high <= low + _WIDEST))
