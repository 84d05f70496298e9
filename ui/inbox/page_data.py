"""What the Inbox and the count beside it read, kept between runs for as long as nothing is logged.

Every change is logged, so while the newest entry of the log is the same, what was read is still right.
"""

from __future__ import annotations

import streamlit as st

from composer.candidates.records import has_candidates
from composer.review.inbox import Entry, inbox, waiting_for
from library.roles import Person
from ui.shell.context import as_logged, database
from ui.shell.user import BY_PERSON


def entries() -> tuple[Entry, ...]:
    """Return every candidate as the Inbox shows it, newest first."""
    return _entries(as_logged())


def anything_found() -> bool:
    """Whether any candidate was ever put up for review."""
    with database().session() as session:
        return has_candidates(session)


def waiting(person: Person) -> int:
    """Return how many candidates wait for this person's decision."""
    return _waiting(as_logged(), person)


@st.cache_resource(max_entries=4, show_spinner=False)
def _entries(now: tuple[str, str | None, str]) -> tuple[Entry, ...]:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return inbox(session)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_PERSON)
def _waiting(now: tuple[str, str | None, str], person: Person) -> int:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return waiting_for(session, person)
