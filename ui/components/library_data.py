"""What pages about snippets read, kept between runs of their scripts for as long as nothing changes it.

Every act on the library is logged; that a run has finished is not, so it is asked for besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from composer.curation import worth
from composer.curation.dead_weight import Weighed, near_texts, weigh
from composer.curation.listing import Listing, Row, listing, waiting_for
from composer.curation.worth import LibraryWorth, Searches
from composer.registry.releases import Release, used_in
from composer.registry.tasks import list_tasks
from composer.task.task import Task
from library import log
from library.roles import Person
from library.snippets import vetted
from ui.shell.context import database, place
from ui.shell.user import BY_PERSON

Logged = tuple[str, str | None, str]
Finished = tuple[int, str]
Used = Mapping[str, tuple[Release, ...]]
"""The current releases that hold each snippet, by its key."""


@dataclass(frozen=True)
class LibraryData:
    """All that pages show of the library at once.

    `waiting` are the open drafts that may be vetted by who looks; `obstacles` has for each draft why not, by the
    id of its version, empty where they may.
    """

    listing: Listing
    worth: LibraryWorth
    used: Used
    tasks: tuple[Task, ...]
    obstacles: Mapping[int, str]
    waiting: tuple[Row, ...]


def library_data(person: Person) -> LibraryData:
    """Return all that pages show of the library to this person."""
    logged, finished = _now()
    obstacles, waiting = _obstacles(logged, person)
    return LibraryData(
        _listed(logged), _worth(logged, finished), _used(logged), _tasks(logged), obstacles, waiting
    )


def weighed() -> Weighed:
    """Return what the searches say of the vetted snippets."""
    return _weighed(*_now())


def _now() -> tuple[Logged, Finished]:
    with database().session() as session:
        return (*place(), log.head(session)), worth.finished_runs(session)


@st.cache_resource(max_entries=4, show_spinner=False)
def _listed(now: Logged) -> Listing:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        found = listing(session)
    for row in (*found.snippets, *found.drafts):
        _ = row.words  # now, and not while somebody types a filter
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _used(now: Logged) -> Used:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return used_in(session)


@st.cache_resource(max_entries=4, show_spinner=False)
def _tasks(now: Logged) -> tuple[Task, ...]:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return list_tasks(session)


@st.cache_resource(max_entries=4, show_spinner=False)
def _searches(home: tuple[str, str | None], finished: Finished) -> Searches:  # noqa: ARG001 (it hashes both)
    with database().session() as session:
        return worth.read_searches(session)


@st.cache_resource(max_entries=4, show_spinner=False)
def _worth(now: Logged, finished: Finished) -> LibraryWorth:  # noqa: ARG001 (Streamlit hashes it)
    searches = _searches(place(), finished)
    with database().session() as session:
        return worth.library_worth(session, searches)


@st.cache_resource(max_entries=4, show_spinner=False)
def _weighed(now: Logged, finished: Finished) -> Weighed:
    carried = {key: len(each) for key, each in _used(now).items()}
    known = _worth(now, finished)
    with database().session() as session:
        usable = vetted(session, ())
    return weigh(usable, known, carried, near_texts(usable, known))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_PERSON)
def _obstacles(now: Logged, person: Person) -> tuple[Mapping[int, str], tuple[Row, ...]]:
    drafts = _listed(now).drafts
    with database().session() as session:
        found = waiting_for(session, [row.version for row in drafts], person)
    return found, tuple(row for row in drafts if not found[row.version.id])
