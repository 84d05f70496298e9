"""The text of one prompt against the base prompt's, and the user messages where they differ."""

from __future__ import annotations

import streamlit as st

from composer.analysis.side_by_side import SideBySide
from ui.components import text_layout
from ui.shell import query_params
from ui.shell.page import html, section

TEXT = "text"
"""The widget that chooses whose text is shown, and its name in the link."""


def show(found: SideBySide) -> None:
    """Show the text of the prompt that is chosen, as it differs from the base prompt's."""
    base = found.places[found.base].column
    others = {str(one.column.name): one.column for one in found.places if one.column is not base}
    section("The text", f"against {base.name.title}, word by word")
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = query_params.segments(
            "Whose text", TEXT, list(others), next(iter(others)), lambda name: others[name].name.title
        )
        layout = text_layout.choose()
    other = others[chosen]
    _text(base.composition.text, other.composition.text, layout, "The texts are the same, byte for byte.")
    if base.task.message != other.task.message:
        html('<div class="ic ic-mute">The user message was edited too</div>')
        _text(base.task.message, other.task.message, layout, "")


def _text(before: str, after: str, layout: str, same: str) -> None:
    if before == after:
        html(f'<div class="ic ic-mute">{same}</div>')
        return
    text_layout.show(before, after, layout)
