"""Activity: who did what, when and why, newest first, and whether the log is what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from composer.subjects import Subject, about
from library import log
from library.canonical import canonical_bytes
from library.log import LogEntry, Only
from ui.parts import words
from ui.parts.csvtext import as_csv
from ui.parts.opening import database, now
from ui.parts.page import empty, html
from ui.parts.words import count, safe, when

MOST_SHOWN = 200
MOST_CHECKED_UNASKED = 2_000
ANYONE, ANYTHING = "everyone", "every kind"
ON_WIDTH = "clamp(11rem, 27vw, 22rem)"
"""Room for a candidate with its task and target: on one line where the window is wide, else on two."""


def row(entry: LogEntry, subject: Subject) -> str:
    """Return one entry as a table row, as HTML."""
    name = safe(subject.place if subject.kind == "prompt" else subject.words)
    on = f'<a class="ic-nowrap" href="{safe(subject.page)}">{name}</a>' if subject.page else name
    if subject.place and subject.kind != "prompt":
        on = f'{on} <span class="ic-mute ic-small ic-nowrap">{safe(subject.place)}</span>'
    return (
        f'<tr><td class="ic-num ic-mute">{entry.id}</td><td class="ic-mute">{when(entry.at, now())}</td>'
        f'<td class="ic-nowrap">{safe(entry.who)}</td><td>{safe(entry.action)}</td>'
        f'<td style="min-width: {ON_WIDTH}">{on}</td><td class="ic-wide ic-verbatim">{safe(entry.why)}</td></tr>'
    )


def table(entries: Sequence[LogEntry], subjects: Mapping[str, Subject]) -> str:
    """Return entries as an HTML table."""
    rows = [row(entry, subjects[entry.subject]) for entry in entries]
    return words.table(("#no.", "when", "who", "what", "on", "why"), rows)


def csv(only: Only) -> bytes:
    """Return all entries under a filter for a spreadsheet or script, newest first, with their hashes."""
    with database().session() as session:
        found = log.entries(session, only=only, newest_first=True)
    columns = ("id", "at", "who", "action", "subject", "why", "detail", "hash")
    rows = [
        (e.id, e.at.isoformat(), e.who, e.action, e.subject, e.why, canonical_bytes(e.detail).decode(), e.hash)
        for e in found
    ]
    return as_csv(pd.DataFrame(rows, columns=list(columns)))


def chain(total: int) -> None:
    """Say whether every entry is what was written; a long log is checked when somebody asks."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        line = st.empty()
        asked = st.button("Check the chain", key="check", type="tertiary", icon=":material/link:")
        if not asked and total > MOST_CHECKED_UNASKED:
            said, tone = f"The chain of {count(total, 'entry', 'entries')} is checked when you ask.", "ic-mute"
        else:
            with database().session() as session:
                broken = log.first_broken(session)
            whole = f"The chain is whole: {count(total, 'entry', 'entries')}"
            said = whole if broken is None else f"Entry {broken} is not what was written"
            tone = "ic-mute" if broken is None else "ic-worse"
        line.html(f'<div class="ic {tone}">{said}</div>', width="content")


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
    only = Only(
        who="" if who in (None, ANYONE) else who,
        kind="" if kind in (None, ANYTHING) else kind,
        words=wanted or "",
    )
    st.download_button(
        "CSV",
        lambda: csv(only),
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
html(table(shown, subjects))
