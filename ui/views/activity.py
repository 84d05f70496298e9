"""Activity: who did what, when and why, newest first, and whether the log is what was written."""

from __future__ import annotations

import streamlit as st

from composer.activity.wording import about
from library import log
from library.log import LogFilter
from ui.activity.table import MOST_CHECKED_UNASKED, MOST_SHOWN, csv, table
from ui.shell.context import database, now
from ui.shell.html import count
from ui.shell.page import empty, html

ANYONE, ANYTHING = "everyone", "every kind"


def file(only: LogFilter) -> bytes:
    """Return all entries that fit as CSV, newest first."""
    with database().session() as session:
        return csv(log.entries(session, only=only, newest_first=True))


def chain(total: int) -> None:
    """Show whether every entry is what was written; a long log is checked when somebody asks."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        line = st.empty()
        label = "Check the chain" if total > MOST_CHECKED_UNASKED else "Check again"
        asked = st.button(label, key="check", type="tertiary", icon=":material/link:")
        if not asked and total > MOST_CHECKED_UNASKED:
            result, tone = f"The chain of {count(total, 'entry', 'entries')} is checked when you ask.", "ic-mute"
        else:
            with database().session() as session:
                broken = log.first_broken(session)
            whole = f"The chain is whole: {count(total, 'entry', 'entries')}"
            result = whole if broken is None else f"Entry {broken} is not what was written"
            tone = "ic-mute" if broken is None else "ic-worse"
        line.html(f'<div class="ic {tone}">{result}</div>', width="content")


st.title("Activity", anchor=False)
with database().session() as session:
    total = log.newest(session) and log.count(session)
    names, kinds = log.names(session), log.kinds(session)
if not total:
    empty(
        "Nothing has happened yet",
        "Every change is written down here: who made it, when, to what, and why. Each entry is chained to the one "
        "before, so that none can be changed or taken out unnoticed.",
    )
    st.page_link("views/library.py", label="Import snippets", icon=":material/upload_file:")
    st.stop()
with st.container(horizontal=True, vertical_alignment="center"):
    who = st.selectbox(
        "Who",
        [ANYONE, *names],
        key="who",
        bind="query-params",
        label_visibility="collapsed",
        width=180,
    )
    kind = st.selectbox(
        "On",
        [ANYTHING, *kinds],
        key="kind",
        bind="query-params",
        label_visibility="collapsed",
        width=150,
    )
    wanted = st.text_input(
        "Filter",
        key="activity",
        bind="query-params",
        placeholder="Search what, on and why",
        label_visibility="collapsed",
        width=260,
    )
    only = LogFilter(
        who="" if who in (None, ANYONE) else who,
        kind="" if kind in (None, ANYTHING) else kind,
        words=wanted or "",
    )
    st.download_button(
        "CSV",
        lambda: file(only),
        "activity.csv",
        "text/csv",
        key="csv",
        icon=":material/download:",
        on_click="ignore",
    )
chain(total)
with database().session() as session:
    fitting = log.count(session, only)
    shown = log.entries(session, only=only, newest_first=True, limit=MOST_SHOWN)
    subjects = about(session, (entry.subject for entry in shown))
if not shown:
    st.caption(f"None of {count(total, 'entry', 'entries')} fits this filter.")
    st.stop()
if len(shown) < fitting:
    st.caption(
        f"The newest {len(shown)} of {count(fitting, 'entry', 'entries')} that fit; the CSV has all of them."
    )
elif fitting < total:
    st.caption(f"{fitting} of {count(total, 'entry', 'entries')} fit.")
html(table(shown, subjects, now()))
