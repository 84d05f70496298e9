"""A candidate whose evidence no longer holds: why, and the button that scores it again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.review.status import ReviewStatus
from library.roles import Person
from ui.candidate import job_button, page_data
from ui.candidate.page_data import CandidateJobs, Shown
from ui.shell.html import plain


def show(found: Shown, jobs: CandidateJobs, person: Person) -> None:
    """Show what has changed under a candidate, and what clears it; nothing where its evidence holds."""
    status = found.review.status
    if status.successor is not None:
        return
    if status.notices:
        st.info(plain(f"{_sentence(status.notices)}."), icon=":material/info:")
    if not status.stale:
        return
    st.warning(plain(f"{_sentence(status.stale)}. {_mend(status)}"), title="Stale", icon=":material/history:")
    if status.needs_run:
        st.page_link("views/runs.py", label="Start a run", icon=":material/play_arrow:")
    elif status.needs_vetting:
        st.page_link("views/library.py", label="To the Library", icon=":material/library_books:")
    if status.needs_run or status.needs_vetting:
        return
    job_button.show(page_data.job_offer(jobs, "rescore"), "Score it again", person, primary=True)


def _sentence(reasons: Sequence[str]) -> str:
    text = "; ".join(reasons)
    return text[:1].upper() + text[1:]


def _mend(status: ReviewStatus) -> str:
    if status.needs_run:
        return "It can't be released any more: a new run finds another."
    if status.needs_vetting:
        return "It can't be released before a curator has vetted or rejected the draft."
    return "It can't be released before it is scored again."
