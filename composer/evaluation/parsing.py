"""Strict reading of an answer: valid exactly as asked for, or malformed. Nothing is repaired."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from composer.models.answer import Answer
from composer.models.reply import TOOL_CALL
from composer.task.task import Output

Cause = Literal[
    "", "cut off", "reasoning", "content filter", "refusal", "tool call", "empty", "unreadable", "format"
]
"""Why an answer is malformed, in one of few words: for all but the last two, no text came that could be read."""

_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
_THOUGHT = re.compile(r"\s*<think(ing)?>", re.IGNORECASE)
_CUT_OFF = frozenset({"length", "max_tokens"})
_FILTERED = frozenset({"content_filter", "safety", "recitation", "blocked"})
_CALLED = frozenset({"tool_calls", "tool_call", "function_call"})
_REFUSAL_SHOWN = 200
"""Characters of a refusal that stand in the error."""


@dataclass(frozen=True)
class Parsed:
    """An answer as read: `value` (int rating or label), or None and why it is malformed: a phrase, a cause."""

    value: int | str | None
    error: str = ""
    cause: Cause = ""

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
        return Parsed(None, str(malformed), "format")


def parse_answer(output: Output, answer: Answer) -> Parsed:
    """Parse one answer; a malformed one says what its target reported of it, too.

    What a model thought before it answered is no part of what is parsed.
    """
    if answer.problem:
        return Parsed(None, answer.problem, "tool call" if answer.problem == TOOL_CALL else "unreadable")
    if not answer.text.strip():
        return _without_text(answer)
    parsed = parse(output, answer.text)
    if parsed.valid:
        return parsed
    ended = answer.finish_reason.lower()
    if _THOUGHT.match(answer.text):
        return Parsed(None, f"its reasoning stands in the answer; {parsed.error}", "reasoning")
    if ended in _CUT_OFF:
        return Parsed(None, f"{parsed.error}; it was cut off at max_tokens", "format")
    if ended in _FILTERED:
        return Parsed(None, f"{parsed.error}; a content filter cut it off", "content filter")
    return parsed


def _without_text(answer: Answer) -> Parsed:
    ended, thought = answer.finish_reason.lower(), bool(answer.reasoning or answer.reasoning_tokens)
    why = " ".join(answer.refusal.split())[:_REFUSAL_SHOWN]
    if ended in _FILTERED:
        return Parsed(None, "held back by a content filter" + (f": {why}" if why else ""), "content filter")
    if why:
        return Parsed(None, f"a refusal: {why}", "refusal")
    if ended in _CUT_OFF:
        return Parsed(None, f"empty: it was cut off at max_tokens{' while reasoning' * thought}", "cut off")
    if ended in _CALLED:
        return Parsed(None, TOOL_CALL, "tool call")
    return Parsed(None, f"empty{': nothing but reasoning came' * thought}", "empty")


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
        raise _Malformed("a field appears twice")
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
