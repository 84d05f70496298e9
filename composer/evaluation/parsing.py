"""Strict reading of an answer: valid exactly as asked for, or malformed. Nothing is repaired."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from composer.task.task import Output

_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class Parsed:
    """An answer as read: `value` (int rating or label), or None and why it is malformed."""

    value: int | str | None
    error: str = ""

    @property
    def valid(self) -> bool:
        """Whether the answer is well-formed."""
        return self.value is not None


class _Malformed(ValueError):
    pass


def parse(output: Output, text: str) -> Parsed:
    """Parse one answer against the task's output; malformed answers come back with the reason."""
    try:
        value = _json_value(output, text) if output.format == "json" else text.strip()
        return Parsed(_checked(output, value))
    except _Malformed as malformed:
        return Parsed(None, str(malformed))


def _json_value(output: Output, text: str) -> object:
    try:
        content = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _Malformed(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise _Malformed("not JSON that can be read: nested too deeply") from error
    except _Malformed:
        raise
    except ValueError as error:  # Python reads no whole number of more than some thousand digits
        raise _Malformed(f"not JSON that can be read: {error}") from error
    if not isinstance(content, dict):
        raise _Malformed("JSON, but not an object")
    if set(content) != {output.field}:
        raise _Malformed(f"the object must hold {output.field!r} and nothing else")
    return content[output.field]


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _Malformed("a field stands twice")
    return dict(pairs)


def _no_constant(name: str) -> object:
    raise _Malformed(f"{name} is not JSON")


def _checked(output: Output, value: object) -> int | str:
    if output.kind == "label":
        if not isinstance(value, str) or value not in output.labels:
            raise _Malformed(f"not one of {', '.join(output.labels)}")
        return value
    low, high = output.scale
    if output.format == "plain" and isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value):
        value = int(value)
    if type(value) is not int:
        raise _Malformed("not a whole number")
    if not low <= value <= high:
        raise _Malformed(f"{value} is outside {low} to {high}")
    return value
