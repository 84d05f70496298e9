"""Text of others on pages is shown as it is, and nothing of it comes alive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.hostile import texts
from ui.shell.html import plain, safe

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def inline(text: str) -> list[tuple[str, str]]:
    """Return what a text becomes as Markdown: kinds of its parts, with what they hold."""
    return [
        (part.type, part.content)
        for block in MARKDOWN.parse(plain(text))
        if block.type == "inline"
        for part in block.children or ()
    ]


@pytest.mark.parametrize(
    "address",
    [
        *("http://h/x", "HTTPS://h.example", "www.h.example", "ada@h.example", "(http://h/x)", "![i](http://h/x)"),
        *("`http://h/`", "a``http://h/b`", ":streamlit:", "->", "--"),
    ],
)
def test_an_address_stands_in_code_where_nothing_makes_a_link_of_it(address: str) -> None:
    assert inline(f"See {address} now.") == [("text", "See "), ("code_inline", address), ("text", " now.")]


@pytest.mark.parametrize("text", ["a_b *c* [x](y) <b> :red[x] $x$", "Ada (local)", "a -- b"[:2], "5 → 4 - 1 < 3"])
def test_every_other_text_is_escaped_and_nothing_of_it_is_code(text: str) -> None:
    assert {kind for kind, _ in inline(text)} <= {"text", "text_special"}
    assert "".join(content for _, content in inline(text)) == text.strip()


def test_hostile_texts_become_words_and_code_alone() -> None:
    for text in texts(2000):
        assert {kind for kind, _ in inline(text)} <= {
            "text",
            "text_special",
            "code_inline",
            "hardbreak",
            "softbreak",
        }


@given(st.text(max_size=60))
def test_safe_leaves_nothing_that_html_reads(text: str) -> None:
    assert not {"<", ">", '"', "'"} & set(safe(text))
