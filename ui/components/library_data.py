"""What pages about snippets read, kept between runs of their scripts for as long as nothing changes it.

Every act on the library is logged; that a run has finished is not, so it is asked for besides.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from composer.curation import worth
from composer.curation.dead_weight import Weighed, weigh
from composer.curation.listing import Listing, listing, waiting_for
from composer.curation.worth import LibraryWorth, Searches
from composer.registry.releases import Release, used_in
from composer.registry.tasks import list_tasks
from composer.task.task import Task
from library.roles import Person
from library.snippets import vetted
from ui.shell.context import as_logged, database, place

Logged = tuple[str, str | None, str]
Finished = tuple[int, str]
Used = Mapping[str, tuple[Release, ...]]
"""The current releases that hold each snippet, by its key."""


def _identity(person: Person) -> tuple[str, bool, tuple[str, ...]]:
    return person.name, person.local, tuple(sorted(person.roles))


def listed() -> Listing:
    """Return everything in the library."""
    return _listed(as_logged())


def used() -> Used:
    """Return the current releases that hold each snippet."""
    return _used(as_logged())


def tasks() -> tuple[Task, ...]:
    """Return the tasks of this home, by name."""
    return _tasks(as_logged())


def library_worth() -> LibraryWorth:
    """Return what the finished searches show of the library."""
    return _worth(as_logged(), _finished())


def weighed() -> Weighed:
    """Return what the searches say of the vetted snippets."""
    return _weighed(as_logged(), _finished())


def obstacles(person: Person) -> Mapping[int, str]:
    """Return for each open draft why this person may not vet it, by the id of its version; empty if they may."""
    return _obstacles(as_logged(), person)


def _finished() -> Finished:
    with database().session() as session:
        return worth.finished_runs(session)


@st.cache_resource(max_entries=4, show_spinner=False)
def _listed(now: Logged) -> Listing:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return listing(session)


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
    with database().session() as session:
        usable = vetted(session, ())
    return weigh(usable, _worth(now, finished), carried)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={Person: _identity})
def _obstacles(now: Logged, person: Person) -> Mapping[int, str]:
    drafts = [row.version for row in _listed(now).drafts]
    with database().session() as session:
        return waiting_for(session, drafts, person)
