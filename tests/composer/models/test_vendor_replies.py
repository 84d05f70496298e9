"""Replies of Anthropic's and Gemini's APIs as they are documented, and near misses of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.evaluation.parsing import parse_answer
from composer.models.reply import NOT_STORABLE, TOOL_CALL, NoAnswer
from composer.models.vendor_replies import anthropic_answer, gemini_answer
from composer.task.task import Output
from tests.replies import JSON
from tests.servers import anthropic, gemini

ODD = ' {"rating": 3}\r\n\t\u2028é\u0301 🙂\x0b '


@pytest.mark.parametrize(("read", "reply"), [(anthropic_answer, anthropic), (gemini_answer, gemini)])
def test_a_text_is_kept_byte_for_byte_with_its_tokens_and_its_model(read: Any, reply: Any) -> None:
    found = read(reply(ODD).body)
    assert (found.text, found.prompt_tokens, found.completion_tokens) == (ODD, 11, 3)
    assert (found.finish_reason, found.served_model, found.problem) == ("stop", "m", "")


def test_anthropic_s_thinking_is_kept_apart_and_its_cached_tokens_count() -> None:
    usage = {
        "input_tokens": 5,
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 300,
        "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 6},
    }
    blocks = [{"type": "thinking", "thinking": "hm", "signature": "x"}, {"type": "redacted_thinking", "data": "x"}]
    found = anthropic_answer(anthropic("4", blocks=blocks, usage=usage).body)
    assert (found.text, found.reasoning, found.reasoning_tokens) == ("4", "hm", 6)
    assert (found.prompt_tokens, found.completion_tokens) == (325, 9)


def test_gemini_s_thoughts_are_kept_apart_and_count_as_part_of_the_answer() -> None:
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 40, "totalTokenCount": 47}
    found = gemini_answer(gemini("4", parts=[{"text": "hm", "thought": True}], usageMetadata=usage).body)
    assert (found.text, found.reasoning, found.reasoning_tokens) == ("4", "hm", 40)
    assert (found.prompt_tokens, found.completion_tokens) == (5, 42)


def test_a_text_in_several_blocks_is_one_text() -> None:
    assert anthropic_answer(anthropic("b", blocks=[{"type": "text", "text": "a\n"}]).body).text == "a\nb"
    assert gemini_answer(gemini("b", parts=[{"text": "a\n"}]).body).text == "a\nb"


RATING = Output(kind="ordinal", format="json", field="rating", low=1, high=5)


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (anthropic_answer(anthropic("", stop="max_tokens").body), "cut off"),
        (anthropic_answer(anthropic("", stop="refusal").body), "content filter"),
        (anthropic_answer(anthropic("", stop="tool_use", blocks=[{"type": "tool_use"}]).body), "tool call"),
        (anthropic_answer(anthropic("", content=[]).body), "empty"),
        (gemini_answer(gemini("", finish="MAX_TOKENS").body), "cut off"),
        (gemini_answer(gemini("", finish="SAFETY").body), "content filter"),
        (gemini_answer(gemini("", parts=[{"functionCall": {"name": "x"}}]).body), "tool call"),
        (gemini_answer({"promptFeedback": {"blockReason": "SAFETY"}}), "content filter"),
        (gemini_answer({"candidates": [{"finishReason": "STOP"}]}), "empty"),
    ],
)
def test_an_answer_that_comes_to_nothing_says_why(found: Any, cause: str) -> None:
    assert parse_answer(RATING, found).cause == cause


def test_a_blocked_prompt_says_what_for() -> None:
    assert gemini_answer({"promptFeedback": {"blockReason": "SAFETY"}}).refusal == "the prompt was blocked: SAFETY"


def test_what_cannot_be_stored_is_escaped_and_said() -> None:
    for found in (anthropic_answer(anthropic("4\ud83d").body), gemini_answer(gemini("4\ud83d").body)):
        found.text.encode()
        assert found.problem == NOT_STORABLE


def test_a_tool_call_beside_a_text_leaves_the_text() -> None:
    assert anthropic_answer(anthropic("4", blocks=[{"type": "tool_use"}]).body).problem == ""
    assert gemini_answer(gemini("", parts=[{"functionCall": {}}]).body).problem == TOOL_CALL


@pytest.mark.parametrize("read", [anthropic_answer, gemini_answer])
@pytest.mark.parametrize("content", [None, [], "x", {}, {"content": "x"}, {"candidates": []}, {"candidates": [7]}])
def test_what_is_no_reply_of_the_api_is_no_answer(read: Any, content: Any) -> None:
    with pytest.raises(NoAnswer):
        read(content)


NAMES = ["content", "role", "stop_reason", "usage", "model", "candidates", "promptFeedback", "usageMetadata"]
PARTS = ["type", "text", "thinking", "parts", "content", "finishReason", "thought", "input_tokens", "blockReason"]
ANY = st.dictionaries(
    st.sampled_from(NAMES), JSON | st.lists(st.dictionaries(st.sampled_from(PARTS), JSON, max_size=4), max_size=2)
)


@given(ANY)
def test_whatever_comes_is_an_answer_that_can_be_stored_or_none(content: dict[str, Any]) -> None:
    for read in (anthropic_answer, gemini_answer):
        try:
            found = read(content)
        except NoAnswer:
            continue
        (found.text + found.reasoning + found.refusal + found.finish_reason + found.served_model).encode()
