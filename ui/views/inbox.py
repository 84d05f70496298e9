"""Inbox: one row a candidate, what it gains, its review status, and who it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import streamlit as st

from composer.home.example import has_example
from composer.review.inbox import TABS, Entry, Tab, tabs_of
from ui.inbox import compare, page_data
from ui.inbox.table import csv, fits, table
from ui.prompts import drift, drift_data
from ui.shell import query_params
from ui.shell.context import now, this_home
from ui.shell.html import count
from ui.shell.page import empty, html
from ui.shell.user import me

ANY_TASK, ANY_TARGET = "every task", "every target"
NOTHING_IN = {
    "needs me": "Nothing waits for your decision.",
    "mine": "None of the candidates was proposed by you.",
    "approved": "Nothing approved waits to be released.",
    "stale": "No candidate is stale.",
    "no-go": "No candidate was turned down.",
    "released": "Nothing was released yet.",
    "all": "Nothing waits here: all that was measured is under “not let through”.",
    "not let through": "All that was read on the test split passed its gates.",
}


def place_filter(name: str, everything: str, known: Sequence[str]) -> str:
    """Offer the tasks or targets there are, where there is more than one; returns the one chosen, or empty."""
    options = sorted(set(known))
    if len(options) < 2:
        return ""
    chosen = query_params.chosen(name, [everything, *options], everything)
    st.selectbox(
        name.capitalize(),
        [everything, *options],
        key=name,
        label_visibility="collapsed",
        width=200,
        on_change=query_params.keep,
        args=(name,),
    )
    return "" if chosen == everything else chosen


def filters(found: Sequence[Entry]) -> list[Entry]:
    """Take words, task and target, and return the candidates that fit."""
    wanted = st.text_input(
        "Filter",
        key="inbox",
        bind="query-params",
        placeholder="Filter by snippet, person, state …",
        label_visibility="collapsed",
        width=260,
    )
    task = place_filter("task", ANY_TASK, [entry.task for entry in found])
    target = place_filter("target", ANY_TARGET, [entry.target for entry in found])
    return [
        entry
        for entry in found
        if task in ("", entry.task) and target in ("", entry.target) and fits(entry, wanted or "")
    ]


def tabs(counts: dict[Tab, int], default: Tab) -> str:
    """Offer the tabs with their counts and return the one that is open."""
    return query_params.segments(
        "Which candidates", "state", TABS, default, lambda name: f"{name} {counts[cast(Tab, name)]}"
    )


st.title("Inbox", anchor=False)
person = me()
found = page_data.entries()
if not found:
    empty(
        "No candidate yet",
        "A candidate is a composition of vetted snippets, compared with the prompt in use on sealed examples. "
        "It waits here, with its evidence, for someone to approve it or not.",
        "A run looks for one: it tries compositions on the development examples, within a budget of answers.",
    )
    st.page_link("views/runs.py", label="Start a run", icon=":material/play_arrow:")
    if has_example(this_home()):
        st.page_link("views/example.py", label="Look at a recorded example", icon=":material/visibility:")
    st.stop()

drift.show_marks(drift_data.below())
above = st.container(horizontal=True, vertical_alignment="center")
with st.container(horizontal=True, vertical_alignment="center"):
    fitting = filters(found)
of = {entry.candidate_id: tabs_of(entry.status, entry.proposed_by, person) for entry in found}
with above:
    counts = {name: sum(name in of[entry.candidate_id] for entry in fitting) for name in TABS}
    usual: tuple[Tab, ...] = ("needs me", "all", "not let through")
    tab = tabs(counts, next((name for name in usual if any(name in one for one in of.values())), "all"))
    shown = [entry for entry in fitting if tab in of[entry.candidate_id]]
    st.download_button(
        "CSV",
        lambda: csv(shown, person),
        "inbox.csv",
        "text/csv",
        key="csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not shown,
    )
    compare.offer(shown)
if shown:
    html(table(shown, person, now()))
elif len(fitting) == len(found):
    st.caption(NOTHING_IN[tab])
else:
    under = "" if tab == "all" else f" under “{tab}”"
    st.caption(f"None of {count(len(found), 'candidate')} fits{under} with this filter.")
