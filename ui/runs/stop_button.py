"""The button that stops a run at work, and what that keeps."""

from __future__ import annotations

import streamlit as st

from composer.candidates.records import PROPOSERS
from composer.runs.records import RunSummary, ask_to_stop
from ui.shell.context import database, now
from ui.shell.notices import Section, action
from ui.shell.user import me, who


def show(run: RunSummary, section: Section, number: int, *, keeps: str, may_not: str = "") -> None:
    """Show it for a run, or for the adaptation of this `number` that the run is part of.

    `keeps` is what stopping means, `may_not` what somebody reads instead who may not stop it.
    """
    may = me().for_task(run.task).may(*PROPOSERS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stop",
            key=f"stop-{number}",
            icon=":material/stop:",
            on_click=action(section.of(number))(_stop),
            args=(run.id,),
            disabled=run.stop_asked or not may,
        )
        effect = keeps if may else may_not or keeps
        st.caption("stopping after the answer in flight" if run.stop_asked else effect, width="content")


def _stop(run_id: int) -> None:
    """Ask a run to stop, keeping what it has."""
    with database().session() as session:
        ask_to_stop(session, run_id, by=who(), at=now())
