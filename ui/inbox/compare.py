"""Picking candidates of the Inbox to see them side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.analysis.naming import BASE, MOST
from composer.review.inbox import Entry
from ui.shell.state import Key

PICKED: Key[list[int]] = Key("to-compare", [])


def offer(entries: Sequence[Entry]) -> None:
    """Let candidates of one task be picked among these, and lead to them side by side with the bare base."""
    known = {entry.candidate_id: entry for entry in entries if entry.status is not None}
    PICKED.set([number for number in PICKED.get() if number in known])  # those of another tab are not offered
    with st.popover("Compare", icon=":material/view_column:", disabled=not known):
        picked = st.multiselect(
            "Candidates",
            list(known),
            key=PICKED.name,
            format_func=lambda number: f"{number} · {known[number].task} → {known[number].target}",
            max_selections=MOST - 1,
            placeholder="Pick candidates of one task",
        )
        tasks = {known[number].task for number in picked}
        if len(tasks) > 1:
            st.caption("Only prompts of one task can stand side by side.")
        columns = [*(f"candidate:{number}" for number in picked), BASE]
        st.page_link(
            "views/compare.py",
            label="Side by side with the bare base",
            icon=":material/arrow_forward:",
            query_params={"task": next(iter(tasks), ""), "columns": ",".join(columns)},
            disabled=len(tasks) != 1,
        )
