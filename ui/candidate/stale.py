"""A candidate whose evidence no longer holds: why, and the button that scores it again."""

from __future__ import annotations

import streamlit as st

from library.roles import Person
from ui.candidate import job_button, page_data
from ui.candidate.page_data import CandidateJobs, Shown
from ui.shell.html import plain


def show(found: Shown, jobs: CandidateJobs, person: Person) -> None:
    """Show what has changed under a candidate, and offer to score it again; nothing where its evidence holds."""
    status = found.review.status
    if not status.stale or status.successor is not None:
        return
    reasons = "; ".join(status.stale)
    st.warning(
        plain(f"{reasons[:1].upper()}{reasons[1:]}. It can't be released before it is scored again."),
        title="Stale",
        icon=":material/history:",
    )
    job_button.show(page_data.job_offer(jobs, "rescore"), "Score it again", person, primary=True)
