"""What the count beside the Label page reads, kept between runs for as long as nothing is logged."""

from __future__ import annotations

import streamlit as st

from composer.labelling.rating import waiting_for
from library.roles import Person
from ui.shell.context import as_logged, database
from ui.shell.user import BY_PERSON


def waiting(person: Person) -> int:
    """Return how many examples wait for this person's rating."""
    return _waiting(as_logged(), person)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_PERSON)
def _waiting(now: tuple[str, str | None, str], person: Person) -> int:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return waiting_for(session, person)
