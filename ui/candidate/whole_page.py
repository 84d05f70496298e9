"""One candidate from top to bottom, as its page and the recorded example show it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from library.roles import Person
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
from ui.candidate.page_data import Shown
from ui.shell import notices


def show(candidate_id: int, person: Person, save: Callable[[Shown], None]) -> None:
    """Show one candidate to a person; `save` puts the button on the page by which all of it is kept as a file."""
    found = page_data.shown(candidate_id)
    jobs = page_data.jobs(found)
    notices.show_message("toast")
    person = person.for_task(found.review.task.name)
    header.show(found, person)
    with st.container(horizontal=True, horizontal_alignment="left", vertical_alignment="center"):
        save(found)
        shortcuts.listen()
    stale.show(found, jobs, person)
    changes.show(found)
    results.show(found, jobs, person)
    examples.show(candidate_id)
    uncertainty.show(found, jobs, person)
    discussion.show(found, person)
    verdict.show(found, person)
