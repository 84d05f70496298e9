"""What both forms that start a run share: what it takes and can show, the button, and starting it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from composer.home.processes import FINISHED
from composer.models.download import to_fetch
from composer.registry.targets import get_target
from composer.runs import worker
from composer.runs.records import get_run
from composer.runs.spending import Spending, in_words, warning
from library.errors import Refused
from ui.runs.state import begin
from ui.shell.context import database, this_home
from ui.shell.html import plain, safe
from ui.shell.page import html


def button(place: DeltaGenerator, act: Callable[..., Any], *arguments: object, disabled: bool) -> None:
    """Offer to start a run; `act` gets the arguments."""
    place.button(
        "Start",
        key="start",
        type="primary",
        width="stretch",
        icon=":material/play_arrow:",
        on_click=act,
        args=arguments,
        disabled=disabled,
    )


def show(takes: Spending) -> None:
    """Show what a run takes, what gain its test split can show, and what speaks against it."""
    lines = "".join(f"<div>{safe(line)}</div>" for line in in_words(takes))
    html(f'<div class="ic ic-mute">{lines}</div>')
    if said := warning(takes):
        st.warning(plain(said), icon=":material/warning:", width=760)


def show_file(name: str) -> None:
    """Say of a target whose model isn't on this machine that its file is fetched first."""
    with database().session() as session:
        target = get_target(session, name)
    if (missing := to_fetch(target)) is not None:
        st.caption(f"Its file, {missing.bytes / 1e6:,.0f} MB, is fetched when a run starts.")


def refused(why: Refused) -> None:
    """Show why this run can't be started."""
    st.caption(plain(f"Can't start: {why}"))


def go_on(run_id: int, otherwise: str, limits: Sequence[str]) -> str | None:
    """Start the worker of a run that was entered, under these limits; returns what to tell of one done before."""
    with database().session() as session:
        run = get_run(session, run_id)
    st.query_params["run"] = str(run_id)
    if run.state == FINISHED:
        return f"This very run was done before: it is run {run_id}. {otherwise}"
    if not worker.is_at_work(this_home(), run_id):
        begin(run, limits)
    return None
