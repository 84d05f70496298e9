"""Candidate: what changes, what it gains, what it breaks, how sure that is, and the verdict."""

from __future__ import annotations

import streamlit as st

from ui.candidate import (
    changes,
    discussion,
    examples,
    header,
    page_data,
    results,
    shortcuts,
    stale,
    uncertainty,
    verdict,
)
from ui.reviewpack import document
from ui.shell import notices
from ui.shell.page import empty
from ui.shell.user import me


def asked_for() -> int | None:
    """Return the number in the link, if there is one."""
    given = st.query_params.get("candidate", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def show(candidate_id: int) -> None:
    """Show one candidate from top to bottom."""
    found, person = page_data.shown(candidate_id), me()
    jobs = page_data.jobs(found)
    notices.show_message("toast")
    header.show(found, person)
    with st.container(horizontal=True, horizontal_alignment="left", vertical_alignment="center"):
        document.show(found)
        shortcuts.listen()
    stale.show(found, jobs, person)
    changes.show(found)
    results.show(found, jobs, person)
    examples.show(candidate_id)
    uncertainty.show(found, jobs, person)
    discussion.show(found, person)
    verdict.show(found, person)


number = asked_for()
if number is None:
    empty("No candidate is named in this link", "Open one from the Inbox, which lists all there are.")
    st.page_link("views/inbox.py", label="To the Inbox", icon=":material/inbox:")
else:
    with notices.refusals():
        show(number)
