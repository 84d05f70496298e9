"""Runs: start a search, watch it, stop or continue it, and see what it found."""

from __future__ import annotations

import streamlit as st

from composer.runs.records import list_runs
from ui.runs import detail, start_form
from ui.runs.state import INTERRUPTED, MOVING, run_state
from ui.runs.table import table
from ui.shell import notices
from ui.shell.context import database
from ui.shell.html import plain
from ui.shell.notices import refusals
from ui.shell.page import html, section


def everything(moving: bool) -> None:
    """Show the runs at work, the one the link names, and the list of all; `moving` is whether it looks again."""
    with refusals():
        with database().session() as session:
            known = [(run, run_state(run)) for run in list_runs(session)]
        if moving != any(state in MOVING for _, state in known):
            st.rerun()
        asked = st.query_params.get("run", "")
        here = int(asked) if asked.isascii() and asked.isdigit() else None
        if asked and here not in {run.id for run, _ in known}:
            st.caption(plain(f"There is no run {asked}."))
        for run, state in known:
            if state in (*MOVING, INTERRUPTED) or run.id == here or (here is None and run is known[0][0]):
                detail.show(run.id, state)
        if known:
            section("All runs")
            html(table(known, here))
        else:
            st.caption("No run yet. Each one is listed here, with what it found or why it found nothing.")


def is_moving() -> bool:
    """Whether any run moves, so that the page has to look again."""
    with database().session() as session:
        return any(run_state(run) in MOVING for run in list_runs(session))


st.title("Runs", anchor=False)
notices.show_message("box")
with refusals():
    start_form.show()
    moving = is_moving()
    st.fragment(everything, run_every="2s" if moving else None)(moving)
