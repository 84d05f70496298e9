"""Keys of the Candidate page: what each does, and the `?` that lists them.

Buttons take letters by themselves (`shortcut=`); Streamlit knows no key for `?`, and leaves a field only by Tab or
mouse, so a listener of ours hears `?` and Escape.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.shell.html import safe
from ui.shell.page import html

NEXT_ROW, PREVIOUS_ROW, NEXT_REGRESSION, PREVIOUS_REGRESSION = "j", "k", "n", "p"
ACCEPTABLE, BLOCKS, LABEL_WRONG = "y", "b", "l"
APPROVE, REQUEST_CHANGES, NO_GO, COMMENT, RELEASE = "a", "x", "g", "m", "e"

KEYS = {
    NEXT_ROW: "next row",
    PREVIOUS_ROW: "previous row",
    NEXT_REGRESSION: "next unresolved regression",
    PREVIOUS_REGRESSION: "previous regression",
    ACCEPTABLE: "the open regression is acceptable",
    LABEL_WRONG: "its label is wrong",
    BLOCKS: "it blocks",
    APPROVE: "approve",
    REQUEST_CHANGES: "request changes",
    NO_GO: "no-go",
    COMMENT: "comment",
    RELEASE: "release",
    "?": "this list",
    "Esc": "leave the field you write in, and keys work again",
}

_LISTENS = """
export default function ({ setTriggerValue }) {
  const heard = (event) => {
    const at = event.target
    const typing = at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName)
    if (event.key === "?" && !typing) setTriggerValue("asked", true)
    if (event.key === "Escape" && typing) at.blur()
  }
  document.addEventListener("keydown", heard)
  return () => document.removeEventListener("keydown", heard)
}
"""


@st.dialog("Keys")
def listed() -> None:
    """List every key of the page."""
    rows = "".join(f"<dt><kbd>{safe(key)}</kbd></dt><dd>{safe(what)}</dd>" for key, what in KEYS.items())
    html(f'<dl class="ic ic-facts">{rows}</dl><p class="ic ic-mute ic-under">They do nothing while you type.</p>')


def listen() -> None:
    """Show the button that lists the keys, and list them when `?` is pressed anywhere on the page."""
    pressed = st.button("? Keys", key="keys", type="tertiary", help="Every key of this page")
    asked: Any = _component()(key="ic-keys", on_asked_change=lambda: None)
    if pressed or getattr(asked, "asked", None):
        listed()


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("ic_keys", html="<span></span>", js=_LISTENS)
