"""Adapt: carry the prompt in use on one target to others, watch it, and see the candidate or the no-go."""

from __future__ import annotations

import streamlit as st

from ui.adapt import detail, listing, page_data, start_form
from ui.adapt.page_data import Known
from ui.adapt.state import ENDED, MOVING
from ui.runs.state import INTERRUPTED
from ui.shell import notices, query_params
from ui.shell.html import plain
from ui.shell.notices import refusals
from ui.shell.page import html, section

OUTCOMES = ("all", "candidate", "no-go", "not ended")


def everything(moving: bool) -> None:
    """Show what is at work, the one the link names, and the list of all; `moving` is whether it looks again."""
    with refusals():
        known = page_data.known()
        if moving != any(one.state in MOVING for one in known):
            st.rerun()
        asked = st.query_params.get("adaptation", "")
        here = int(asked) if asked.isascii() and asked.isdigit() else None
        if asked and here not in {one.one.id for one in known}:
            st.caption(plain(f"There is no adaptation {asked}."))
        for one in page_data.in_order(known):
            named = one.one.id == here or (here is None and one is known[0])
            if named or one.state in (*MOVING, INTERRUPTED):
                detail.show(one)
        earlier(known, here)


def earlier(known: list[Known], here: int | None) -> None:
    """List all adaptations, or those that fit, and offer them as a file."""
    section("All adaptations")
    if not known:
        st.caption("None yet. Each one is listed here, with the candidate or the no-go that it ended in.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.text_input(
            "Filter",
            key="words",
            bind="query-params",
            placeholder="Filter by task, target, snippet, person …",
            label_visibility="collapsed",
            width=300,
        )
        kind = query_params.segments("Which", "ended", OUTCOMES, "all")
        fitting = [one for one in known if _of_kind(one, kind) and listing.fits(one, wanted or "")]
        st.download_button(
            "CSV",
            lambda: listing.csv(fitting),
            "adaptations.csv",
            "text/csv",
            key="csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not fitting,
        )
    if fitting:
        html(listing.table(fitting, here))
    else:
        st.caption("None fits.")


def _of_kind(one: Known, kind: str) -> bool:
    return kind == "all" or one.state == kind or (kind == "not ended" and one.state not in ENDED)


def is_moving() -> bool:
    """Whether any adaptation moves, so that the page has to look again."""
    return any(one.state in MOVING for one in page_data.known())


st.title("Adapt", anchor=False)
st.caption(
    "A prompt tuned on one model seldom carries over to the next: keep what is frozen, search for the rest."
)
notices.show_message("box")
with refusals():
    start_form.show()
    moving = is_moving()
    st.fragment(everything, run_every="2s" if moving else None)(moving)
