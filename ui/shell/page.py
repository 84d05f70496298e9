"""What pages put on screen alike: HTML, the title of a section, and what an empty page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import streamlit as st

from ui.shell.context import EXAMPLE
from ui.shell.html import safe

STYLE = Path(__file__).with_name("style.css")
LOGO = Path(__file__).with_name("logo.svg")
_LINK = re.compile(r'<a(?: class="[^"]*")? href="(?P<address>[^#"][^"]*)">(?P<text>.*?)</a>', re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")


def html(content: str) -> None:
    """Put HTML of ours on the page; whatever comes from people or models in it has gone through `safe`.

    In the recorded example a link to its candidate leads to that page, and any other is only its text: it would
    lead into the home of whoever reads it.
    """
    st.html(_LINK.sub(_in_example, content) if EXAMPLE.get() else content)


def _in_example(link: re.Match[str]) -> str:
    path, _, query = link["address"].partition("?")
    rest = query.partition("&amp;")[2]
    return f'<a href="example?{rest}">{link["text"]}</a>' if path == "candidate" and rest else link["text"]


def section(title: str, aside: str = "", *, anchor: str = "") -> None:
    """Begin a section of a page; `aside` is HTML beside its title, `anchor` what links within the page call it."""
    name = f' id="{safe(anchor)}"' if anchor else ""
    html(f'<div class="ic"><h2{name} class="ic-section">{safe(title)} <span>{aside}</span></h2></div>')


def empty(title: str, *lines: str) -> None:
    """Explain on an empty page what it will hold; what is between backticks is shown as code."""
    explained = "".join(f"<p>{with_code(line)}</p>" for line in lines)
    html(f'<div class="ic ic-empty"><h2>{safe(title)}</h2>{explained}</div>')


def verbatim(text: str, language: str | None = None, *, height: int | Literal["content"] = "content") -> None:
    """Show a text to be copied, exactly: Streamlit takes a line break off each end of what it is given."""
    st.code(f"\n{text}\n", language=language, wrap_lines=True, height=height)


def with_code(text: str) -> str:
    """Return a plain text as HTML, in which what is between backticks is shown as code."""
    return _CODE.sub(r"<code>\1</code>", safe(text))
