"""Library: the snippets a prompt may be made of, one of them in full, and the import of a file."""

from __future__ import annotations

import streamlit as st

from composer.registry.releases import used_in
from library.snippets import list_versions
from ui.library import importing, reading_pane, retirement, table
from ui.library.table import MARKS, OPENED, fits
from ui.shell import notices
from ui.shell.context import database
from ui.shell.html import count
from ui.shell.notices import refusals
from ui.shell.page import empty
from ui.shell.user import me

ALL = "all"

st.title("Library", anchor=False)
notices.show_message("box")
with database().session() as session:
    everything = list_versions(session)
    used = used_in(session)
if not everything:
    empty(
        "The library is empty",
        "A snippet is one instruction on one line that people have vetted. Prompts are made of nothing else.",
        "Import a file below, or load the starter library with `composer demo`.",
    )
    importing.show()
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    state = st.segmented_control(
        "State",
        [*MARKS, ALL],
        default=ALL,
        required=True,
        key="snippets",
        bind="query-params",
        label_visibility="collapsed",
    )
    wanted = st.text_input(
        "Filter",
        key="library",
        bind="query-params",
        placeholder="Filter by key, text, tag, rule or rationale",
        label_visibility="collapsed",
        width=320,
    )
with st.expander("Import a file", icon=":material/upload_file:", key="importing"):
    importing.show()
found = [one for one in everything if state in (ALL, one.state) and fits(one, wanted or "")]
st.caption(f"{count(len(found), 'snippet')} of {len(everything)}. Click one to read it.")
left, right = st.columns([3, 2], gap="medium")
with left:
    if found:
        table.show(found, used)
    else:
        st.caption("None fits this filter.")
with right, refusals():
    opened_key = st.query_params.get(OPENED) or (found[0].key if found else None)
    if opened_key:
        reading_pane.show(opened_key, used)
        retirement.show(opened_key, used, me())
