"""Candidate: what changes, what it gains, what it breaks, how sure that is, and the verdict."""

from __future__ import annotations

import streamlit as st

from ui.parts import changes, discussion, examples, gains, header, kept, keys, reviewpack, sure, verdict
from ui.parts.opening import plain, refusals
from ui.parts.page import empty, recall
from ui.parts.who import me


def asked_for() -> int | None:
    """Return the number in the link, if there is one."""
    given = st.query_params.get("candidate", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def show(candidate_id: int) -> None:
    """Show one candidate from top to bottom."""
    found, person = kept.shown(candidate_id), me()
    if message := recall():
        st.toast(plain(message), icon=":material/check:", duration="long")
    header.show(found, person)
    with st.container(horizontal=True, horizontal_alignment="left", vertical_alignment="center"):
        reviewpack.show(found)
        keys.listen()
    verdict.stale(found)
    changes.show(found)
    gains.show(found)
    examples.show(candidate_id)
    sure.show(found)
    discussion.show(found)
    verdict.show(found, person)


number = asked_for()
if number is None:
    empty("No candidate is named in this link", "Open one from the Inbox, which lists all there are.")
    st.page_link("views/inbox.py", label="To the Inbox", icon=":material/inbox:")
else:
    with refusals():
        show(number)
