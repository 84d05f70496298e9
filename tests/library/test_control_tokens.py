"""Spellings of control tokens are found, and ordinary text with brackets is not taken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.control_tokens import VOCABULARIES, control_tokens, known_tokens


@pytest.mark.parametrize(
    "token",
    [
        "<|im_start|>",
        "<|im_end|>",
        "<|endoftext|>",
        "<|eot_id|>",
        "<|start_header_id|>",
        "<|channel|>",
        "<｜User｜>",
        "<｜begin▁of▁sentence｜>",
        "<s>",
        "</s>",
        "<bos>",
        "<end_of_turn>",
        "[INST]",
        "[/INST]",
        "<<SYS>>",
        "</think>",
        "<tool_call>",
    ],
)
@given(st.text(max_size=5), st.text(max_size=5))
def test_a_control_token_is_found_wherever_it_stands(token: str, before: str, after: str) -> None:
    assert token in control_tokens(f"{before} {token} {after}")


def test_each_is_named_once_in_order() -> None:
    assert control_tokens("a <|im_end|> b </s> c <|im_end|>") == ("<|im_end|>", "</s>")


@pytest.mark.parametrize(
    "text", ["a < b | c > d", "<b>bold</b>", "x[0] [see 1]", "[inst]", "<|>", "<| a |>", "if (a<|b|>c)"[:8]]
)
def test_ordinary_text_spells_none(text: str) -> None:
    assert control_tokens(text) == ()


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_token_of_a_known_vocabulary_is_found_alone(vocabulary: str) -> None:
    for token in VOCABULARIES[vocabulary]:
        assert known_tokens(f"a {token} b") == (token,)


def test_markup_that_only_one_vocabulary_has_is_no_token_of_the_usual_form() -> None:
    text = "open <filename>, then <|im_end|>"
    assert (control_tokens(text), known_tokens(text)) == (("<|im_end|>",), ("<|im_end|>", "<filename>"))
