"""Candidate: what changes, what it gains, what it breaks, how sure that is, and the verdict."""

from __future__ import annotations

import streamlit as st

from ui.candidate import whole_page
from ui.reviewpack import document
from ui.shell import notices
from ui.shell.page import empty
from ui.shell.user import me


def asked_for() -> int | None:
    """Return the number in the link, if there is one."""
    given = st.query_params.get("candidate", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


number = asked_for()
if number is None:
    empty("No candidate is named in this link", "Open one from the Inbox, which lists all there are.")
    st.page_link("views/inbox.py", label="To the Inbox", icon=":material/inbox:")
else:
    with notices.refusals():
        whole_page.show(number, me(), document.show)
