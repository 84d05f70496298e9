"""The APIs that servers speak: their addresses, what they call the settings of a target, and what they lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Api = Literal["openai", "anthropic", "gemini"]
"""What a target file's `api` says: OpenAI's chat API, Anthropic's Messages, or Gemini's generateContent."""

_ONE_TEXT = frozenset({"stream", "tools"})


@dataclass(frozen=True)
class Vendor:
    """One API.

    `title` is what it is called, `api_base` the address of the vendor itself (None where many servers speak it,
    and a target has to say which), `own` are the fields of a request that the composer fills in or that would ask
    for something else than one text. `seed` says whether it has one, `warmest` is the highest temperature that it
    takes, and `fields` makes the fields of a request of a target's settings and its further fields.
    """

    title: str
    api_base: str | None
    own: frozenset[str]
    seed: bool
    warmest: float
    fields: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]


def _flat(settings: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings beside each other."""
    return {**settings, **further}


def _generation_config(settings: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as Gemini has them: in one object, of which the further fields may hold more."""
    named = {"maxOutputTokens" if name == "max_tokens" else name: value for name, value in settings.items()}
    return {**further, "generationConfig": {**further.get("generationConfig", {}), **named}}


VENDORS: Mapping[Api, Vendor] = {
    "openai": Vendor(
        "OpenAI's chat API",
        None,
        frozenset({"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed"})
        | _ONE_TEXT
        | {"stream_options", "n", "tool_choice", "functions", "function_call"},
        seed=True,
        warmest=2.0,
        fields=_flat,
    ),
    "anthropic": Vendor(
        "Anthropic's Messages API",
        "https://api.anthropic.com/v1",
        frozenset({"model", "messages", "system", "max_tokens", "temperature", "tool_choice"}) | _ONE_TEXT,
        seed=False,
        warmest=1.0,
        fields=_flat,
    ),
    "gemini": Vendor(
        "Gemini's API",
        "https://generativelanguage.googleapis.com/v1beta",
        frozenset({"contents", "systemInstruction", "toolConfig", "cachedContent", "output"}) | _ONE_TEXT,
        seed=True,
        warmest=2.0,
        fields=_generation_config,
    ),
}

GENERATION_OWN = frozenset({"maxOutputTokens", "temperature", "seed", "candidateCount"})
"""Of Gemini's `generationConfig`, what the composer fills in or what would ask for several texts."""
