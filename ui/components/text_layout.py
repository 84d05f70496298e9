"""The difference of two texts on a page, in the layout that its reader chooses; the link holds the choice."""

from __future__ import annotations

import streamlit as st

from ui.components import text_diff
from ui.shell.page import html

UNIFIED, SIDE_BY_SIDE = "unified", "side by side"


def choose() -> str:
    """Offer both layouts, and return the one chosen."""
    chosen = st.segmented_control(
        "Layout of the text",
        [UNIFIED, SIDE_BY_SIDE],
        default=UNIFIED,
        required=True,
        key="diff",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or UNIFIED


def show(before: str, after: str, layout: str) -> None:
    """Show word by word what differs between two texts, in a layout of `choose`."""
    lines = text_diff.compare(before, after)
    html(text_diff.side_by_side(lines) if layout == SIDE_BY_SIDE else text_diff.unified(lines))
