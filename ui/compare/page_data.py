"""What the Compare page reads, kept between the runs of its script for as long as nothing is logged."""

from __future__ import annotations

import streamlit as st

from composer.analysis.side_by_side import Ends, SideBySide, ends_of, side_by_side
from composer.candidates.records import list_candidates
from composer.registry.releases import list_releases
from composer.registry.tasks import task_names
from ui.shell.context import as_logged, database
from ui.task.page_data import summary_now

MOST_OFFERED = 200
"""Candidates and releases that are offered: the newest."""


def compared(task: str, columns: tuple[str, ...], against: str) -> SideBySide:
    """Return prompts side by side; raises `Refused` where they can't be."""
    return _compared(as_logged(), task, columns, against)


def ends(found: SideBySide) -> Ends | None:
    """Return how good any answer could be; None while that is being computed."""
    base = found.places[found.base].column
    summary = summary_now(base.dataset, found.task.output)
    return None if summary is None else ends_of(found, summary)


def tasks() -> tuple[str, ...]:
    """Return the names of all tasks."""
    with database().session() as session:
        return tuple(sorted(task_names(session)))


def offered(task: str) -> dict[str, str]:
    """Return what can stand side by side in a task, as links name it, with what people read."""
    return _offered(as_logged(), task)


@st.cache_resource(max_entries=16, show_spinner=False)
def _compared(
    now: tuple[str, str | None, str],  # noqa: ARG001 (Streamlit hashes it)
    task: str,
    columns: tuple[str, ...],
    against: str,
) -> SideBySide:
    with database().session() as session:
        return side_by_side(session, task, columns, against)


@st.cache_resource(max_entries=16, show_spinner=False)
def _offered(now: tuple[str, str | None, str], task: str) -> dict[str, str]:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        released = list_releases(session, task)[:MOST_OFFERED]
        known = list_candidates(session, task=task)[:MOST_OFFERED]
    targets = sorted({one.target for one in known})
    several = len(targets) > 1
    return {
        "base": "the bare base",
        **({f"base@{one}": f"the bare base on {one}" for one in targets} if several else {}),
        **{
            f"release:{one.id}": f"release {one.id}" + (f" on {one.target}" if several else "") for one in released
        },
        **{
            f"candidate:{one.id}": f"candidate {one.id}" + (f" on {one.target}" if several else "")
            for one in known
        },
    }
