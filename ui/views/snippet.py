"""Snippet: one instruction with all that is known of it, and what a curator may do to it."""

from __future__ import annotations

import streamlit as st

from ui.components import last_act
from ui.shell import notices
from ui.shell.notices import refusals
from ui.shell.page import empty
from ui.snippet import discussion, editing, header, history, lint, next_step, origin, page_data, rules, worth

key = st.query_params.get("key", "")
st.page_link("views/library.py", label="Library", icon=":material/arrow_back:")
if not key:
    empty("No snippet is named", "A link to a snippet has its key. The library lists all there are.")
    st.stop()
notices.show_message("box")
last_act.show()
with refusals():
    found = page_data.shown(key)
    header.show(found)
    next_step.show(found)
    editing.show(found)
    lint.show(found)
    worth.show(found)
    rules.show(found)
    origin.show(found)
    history.show(found)
    discussion.show(found)
