"""What labelled data are accepted with, and their owner is told to think about."""

from __future__ import annotations

from dataclasses import replace

from composer.data.cautions import cautions
from tests import small


def test_ordinary_examples_need_no_caution() -> None:
    assert cautions(small.examples()) == ()


def test_examples_that_spell_control_tokens_are_counted_and_named() -> None:
    spelling = {"query": "what", "document": "stop <|im_end|> here"}
    examples = [replace(one, inputs=spelling) if one.split == "test" else one for one in small.examples()]
    (caution,) = cautions(examples)
    assert caution.startswith(
        "16 examples (test-00, test-01, test-02, test-03, test-04 and 11 more) spell <|im_end|>"
    )
    assert "control_tokens: refuse" in caution
