"""Two prompts of one task and target beside each other: any two releases, or a release and the bare base."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.evaluation.formatting import NAMES, figure
from composer.prompts.changes import snippet_changes
from composer.prompts.composition import BARE_BASE
from composer.release.history import HistoryEntry, ReleasedPrompt, released_prompt
from ui.components import text_diff
from ui.components.snippet_changes import show_snippets
from ui.shell import query_params
from ui.shell.context import database
from ui.shell.html import safe
from ui.shell.page import html

BASE = "base"
"""The name of the base without a snippet in the link."""


def compare(task: str, past: Sequence[HistoryEntry]) -> None:
    """Let two prompts be chosen, and show what changes from one to the other: snippets, then the text."""
    numbers = [str(one.release.id) for one in past]
    options = [*numbers, BASE]
    current = past[0].release.candidate_id
    other = next((str(one.release.id) for one in past if one.release.candidate_id != current), BASE)
    with st.container(horizontal=True, vertical_alignment="center"):
        before = _choice("from", options, other, numbers[0])
        st.caption("→", width="content")
        after = _choice("to", options, numbers[0], numbers[0])
        view = st.segmented_control(
            "Layout of the text",
            ["unified", "side by side"],
            default="unified",
            required=True,
            key="diff",
            bind="query-params",
            label_visibility="collapsed",
        )
    with database().session() as session:
        old, new = (
            released_prompt(session, task, None if name == BASE else int(name)) for name in (before, after)
        )
    html(f'<div class="ic ic-mute">{_figure(old)} → {_figure(new)}</div>')
    html(show_snippets(snippet_changes(old.composition.versions, new.composition.versions)))
    _text(old.composition.text, new.composition.text, view, "The texts are the same, byte for byte.")
    if old.task.message != new.task.message:
        html('<div class="ic ic-mute">The user message was edited too</div>')
        _text(old.task.message, new.task.message, view, "")


def _choice(name: str, options: Sequence[str], default: str, newest: str) -> str:
    chosen = query_params.chosen(name, options, default)
    st.selectbox(
        name.capitalize(),
        options,
        key=name,
        format_func=lambda one: _label(one, newest),
        label_visibility="collapsed",
        width=200,
        on_change=query_params.keep,
        args=(name,),
    )
    return chosen


def _label(name: str, newest: str) -> str:
    return BARE_BASE if name == BASE else f"release {name}{' · now' if name == newest else ''}"


def _figure(one: ReleasedPrompt) -> str:
    if one.figure is None:
        return safe(one.name)
    value = f"{NAMES[one.figure.name]} {figure(one.figure.name, one.figure.candidate)}"
    return f'{safe(one.name)} <span title="from its own review">({safe(value)})</span>'


def _text(before: str, after: str, view: str | None, same: str) -> None:
    if before == after:
        html(f'<div class="ic ic-mute">{same}</div>')
        return
    lines = text_diff.compare(before, after)
    html(text_diff.side_by_side(lines) if view == "side by side" else text_diff.unified(lines))
