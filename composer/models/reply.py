"""What a server of the OpenAI chat API replies, read whatever it holds: an answer, or that it is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from composer.models.answer import Answer
from library.secrets import masked
from library.storable import storable

MOST_TOKENS = 2**31 - 1
"""A count above this is no count: it has no place in a database either."""
NOT_STORABLE = "it holds a character that can't be stored (half of a surrogate pair, or NUL), written as an escape"
REPEATS = "it repeats a secret of this home, which is masked"
STREAM = "a stream of events, which wasn't asked for"
TOOL_CALL = "a tool call instead of a text"

_REASONING = ("reasoning_content", "reasoning")
_NAMES = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}


class NoAnswer(ValueError):
    """A reply that holds no chat completion."""


def content_of(body: bytes) -> Any:
    """Return the JSON value of a reply's body; raises `NoAnswer` where it is none.

    Bytes that are no UTF-8 become halves of surrogate pairs, which no sound text holds.
    """
    try:
        try:
            text = body.decode(json.detect_encoding(body), "surrogatepass")
        except UnicodeDecodeError:
            text = body.decode("utf-8", "surrogateescape")
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        what = STREAM if body.lstrip().startswith(b"data:") else "not JSON that can be read"
        raise NoAnswer(f"it is {what}") from problem


def answer_in(content: Any) -> Answer:
    """Return the answer in the content of a reply, its `seconds` 0; raises `NoAnswer` where it has none.

    Every text of it can be stored: what couldn't is escaped, and then the answer has a `problem`. A field of
    another type than the API's counts as missing, so that nothing a server sends is taken for more than it is.
    """
    choice = _choice(content)
    message = choice["message"] if isinstance(choice.get("message"), dict) else {}
    said = message.get("content")
    text, reasoning, refusal = _parts(said)
    reasoning = reasoning or next(filter(None, (text_of(message.get(name)) for name in _REASONING)), "")
    usage = mapping_of(content.get("usage"))
    return Answer(
        text=kept(text),
        prompt_tokens=count_of(usage.get("prompt_tokens")),
        completion_tokens=count_of(usage.get("completion_tokens")),
        seconds=0.0,
        finish_reason=kept(text_of(choice.get("finish_reason"))),
        refusal=kept(text_of(message.get("refusal")) or refusal),
        reasoning=kept(reasoning),
        reasoning_tokens=count_of(mapping_of(usage.get("completion_tokens_details")).get("reasoning_tokens")),
        problem=_problem(message, said, text),
        served_model=kept(text_of(content.get("model"))),
        system_fingerprint=kept(text_of(content.get("system_fingerprint"))),
    )


def alteration(text: str) -> str:
    """Say why a text isn't kept as it came, empty where it is: then no task may read it."""
    if masked(text) != text:
        return REPEATS
    return NOT_STORABLE if storable(text) != text else ""


def kept(text: str) -> str:
    """Return a text as it is kept: secrets masked, and what can't be stored as an escape."""
    return storable(masked(text))


def _choice(content: Any) -> Mapping[str, Any]:
    """Return the first choice; raises `NoAnswer` for a reply of another service, which has JSON of its own."""
    choices = content.get("choices") if isinstance(content, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict) or not (
        isinstance(choice.get("message"), dict) or text_of(choice.get("finish_reason"))
    ):
        raise NoAnswer("it is not one of the OpenAI chat API")
    return choice


def _parts(said: Any) -> tuple[str, str, str]:
    """Return text, reasoning and refusal of a message's content, which is a text or a list of typed parts."""
    if not isinstance(said, list):
        return text_of(said), "", ""
    found: dict[str, list[str]] = {"text": [], "thinking": [], "refusal": []}
    for part in said:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "reasoning":
            kind = "thinking"
        if isinstance(kind, str) and kind in found:
            found[kind].append(_words(part.get(kind, part.get("text"))))
    text, thinking, refusal = ("".join(parts) for parts in found.values())
    return text, thinking, refusal


def _words(value: Any) -> str:
    """Return the text of a part, which may itself be a list of parts."""
    if isinstance(value, list):
        return "".join(text_of(mapping_of(one).get("text")) for one in value)
    return text_of(value)


def _problem(message: Mapping[str, Any], said: Any, text: str) -> str:
    if changed := alteration(text):
        return changed
    if text:
        return ""
    if message.get("tool_calls") or message.get("function_call"):
        return TOOL_CALL
    name = _NAMES.get(type(said), "")
    return f"its content is {name}, not a text" if name and not isinstance(said, list) else ""


def text_of(value: Any) -> str:
    """Return a value that is a text; empty where it isn't."""
    return value if isinstance(value, str) else ""


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Return a value that is an object; an empty one where it isn't."""
    return value if isinstance(value, dict) else {}


def count_of(value: Any) -> int:
    """Return a value that is a count; 0 where it isn't."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else 0
