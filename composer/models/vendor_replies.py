"""What Anthropic's Messages API and Gemini's generateContent reply, read whatever they hold.

Why an answer ended is told by the names of the OpenAI chat API where that has one, as everything else reads those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from composer.models.answer import Answer
from composer.models.reply import MOST_TOKENS, TOOL_CALL, NoAnswer, alteration, count_of, kept, mapping_of, text_of

CONTENT_FILTER = "content_filter"
"""The `finish_reason` of an answer that a filter held back."""
_ANTHROPIC_ENDS: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": CONTENT_FILTER,
}
_GEMINI_ENDS: Mapping[str, str] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "MALFORMED_FUNCTION_CALL": "tool_calls",
    "UNEXPECTED_TOOL_CALL": "tool_calls",
    **dict.fromkeys(
        ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY"),
        CONTENT_FILTER,
    ),
}


def anthropic_answer(content: Any) -> Answer:
    """Return the answer in a reply of the Messages API, its `seconds` 0; raises `NoAnswer` where it has none.

    The texts of all text blocks are one text. Tokens of the prompt that were read from a cache, or written to one,
    count as tokens of the prompt.
    """
    blocks = content.get("content") if isinstance(content, dict) else None
    if not isinstance(blocks, list) or not (text_of(content.get("stop_reason")) or content.get("role")):
        raise NoAnswer("it is not one of Anthropic's Messages API")
    usage = mapping_of(content.get("usage"))
    caches = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    text = _joined(blocks, "text", "text")
    return Answer(
        text=kept(text),
        prompt_tokens=_sum(*(count_of(usage.get(name)) for name in caches)),
        completion_tokens=count_of(usage.get("output_tokens")),
        seconds=0.0,
        finish_reason=_end(content.get("stop_reason"), _ANTHROPIC_ENDS),
        reasoning=kept(_joined(blocks, "thinking", "thinking")),
        reasoning_tokens=count_of(mapping_of(usage.get("output_tokens_details")).get("thinking_tokens")),
        problem=_problem(text, called=any(mapping_of(one).get("type") == "tool_use" for one in blocks)),
        served_model=kept(text_of(content.get("model"))),
    )


def gemini_answer(content: Any) -> Answer:
    """Return the answer in a reply of generateContent, its `seconds` 0; raises `NoAnswer` where it has none.

    The texts of all parts that aren't thoughts are one text. What the model thought counts as part of the answer,
    as it is paid for; a prompt that was blocked is an answer that a filter held back.
    """
    if not isinstance(content, dict):
        raise NoAnswer("it is not one of Gemini's API")
    candidates, blocked = (
        content.get("candidates"),
        text_of(mapping_of(content.get("promptFeedback")).get("blockReason")),
    )
    first = candidates[0] if isinstance(candidates, list) and candidates else None
    choice = mapping_of(first)
    if not (choice.get("finishReason") or isinstance(choice.get("content"), dict) or blocked):
        raise NoAnswer("it is not one of Gemini's API")
    found = mapping_of(choice.get("content")).get("parts")
    parts = [mapping_of(one) for one in found] if isinstance(found, list) else []
    usage = mapping_of(content.get("usageMetadata"))
    thought = count_of(usage.get("thoughtsTokenCount"))
    text = "".join(text_of(one.get("text")) for one in parts if one.get("thought") is not True)
    refusal = (
        text_of(choice.get("finishMessage"))
        if _end(choice.get("finishReason"), _GEMINI_ENDS) == CONTENT_FILTER
        else ""
    )
    return Answer(
        text=kept(text),
        prompt_tokens=count_of(usage.get("promptTokenCount")),
        completion_tokens=_sum(count_of(usage.get("candidatesTokenCount")), thought),
        seconds=0.0,
        finish_reason=_end(choice.get("finishReason"), _GEMINI_ENDS) or (CONTENT_FILTER if blocked else ""),
        refusal=kept(refusal or (f"the prompt was blocked: {blocked}" if blocked else "")),
        reasoning=kept("".join(text_of(one.get("text")) for one in parts if one.get("thought") is True)),
        reasoning_tokens=thought,
        problem=_problem(text, called=any("functionCall" in one for one in parts)),
        served_model=kept(text_of(content.get("modelVersion"))),
    )


def _joined(blocks: Sequence[Any], kind: str, field: str) -> str:
    typed = (mapping_of(one) for one in blocks)
    return "".join(text_of(one.get(field)) for one in typed if one.get("type") == kind)


def _problem(text: str, *, called: bool) -> str:
    return alteration(text) or (TOOL_CALL if called and not text else "")


def _end(said: Any, known: Mapping[str, str]) -> str:
    return known.get(text_of(said)) or kept(text_of(said))


def _sum(*counts: int) -> int:
    """Return a sum of counts, 0 where it is no count any more."""
    total = sum(counts)
    return total if total <= MOST_TOKENS else 0
