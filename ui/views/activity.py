"""Activity: who did what, when and why, newest first, and whether the log is what was written."""

from __future__ import annotations

import streamlit as st

from composer.activity.wording import SINGLE_RATINGS, about
from composer.audit import audit
from library import log
from library.log import LogFilter
from ui.activity.table import MOST_CHECKED_UNASKED, MOST_SHOWN, csv, table
from ui.shell.context import database, now
from ui.shell.html import count, safe
from ui.shell.page import empty, html

ANYONE, ANYTHING, QUEUES = "everyone", "every kind", "queue"


def file(only: LogFilter) -> bytes:
    """Return all entries that fit as CSV, newest first."""
    with database().session() as session:
        return csv(log.entries(session, only=only, newest_first=True))


def chain(total: int) -> None:
    """Show whether every entry is what was written, and whether all rows are, when somebody asks.

    A long log is checked only when somebody asks.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        line = st.empty()
        label = "Check log and rows"
        asked = st.button(label, key="check", type="tertiary", icon=":material/link:")
        if not asked and total > MOST_CHECKED_UNASKED:
            result, tone = f"The chain of {count(total, 'entry', 'entries')} is checked when you ask.", "ic-mute"
        else:
            result, whole = _all_checked(total) if asked else _chain_checked(total)
            tone = "ic-mute" if whole else "ic-worse"
        line.html(f'<div class="ic {tone}">{safe(result)}</div>', width="content")


def _chain_checked(total: int) -> tuple[str, bool]:
    with database().session() as session:
        broken = log.first_broken(session)
    whole = f"The chain is whole: {count(total, 'entry', 'entries')}"
    return (whole, True) if broken is None else (f"Entry {broken} is not what was written", False)


def _all_checked(total: int) -> tuple[str, bool]:
    with database().session() as session:
        found = audit(session)
    if found.differences:
        more = f", and {len(found.differences) - 1} more" if found.differences[1:] else ""
        return f"{found.differences[0]}{more}", False
    older = sum(map(len, found.older.values()))
    uncovered = f"; {count(older, 'row is', 'rows are')} older than content hashes" if older else ""
    rows = count(found.rows, "row is", "rows are")
    return f"The chain is whole: {count(total, 'entry', 'entries')}, and {rows} what it says{uncovered}", True


st.title("Activity", anchor=False)
with database().session() as session:
    total = log.newest(session) and log.count(session)
    names, kinds = log.names(session), log.kinds(session)
if not total:
    empty(
        "Nothing has happened yet",
        "Every change is written down here: who made it, when, to what, and why. Each entry is chained to the one "
        "before, and names the rows that it made, so that a change of either shows.",
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
        # Hundreds in a row, each the same but for the time: they would push everything else from the page.
        without=() if wanted or kind == QUEUES else SINGLE_RATINGS,
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
if only.without and QUEUES in kinds:
    st.caption(f"Single ratings of label queues are listed under the kind {QUEUES}.")
html(table(shown, subjects, now()))
