"""A fence holds whatever text is inside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from composer.formats.fence import fence_around


@given(st.text("a`\n ", max_size=40))
def test_a_text_of_backticks_comes_back_from_between_its_fences(text: str) -> None:
    fence = fence_around(text)
    (block,) = MarkdownIt("commonmark").parse(f"{fence}\n{text}\n{fence}\n")
    assert (block.type, block.content) == ("fence", f"{text}\n")
