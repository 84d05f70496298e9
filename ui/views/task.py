"""Task: what it asks for, its labels, how well people agree on them, and where its prompts stand; or all tasks."""

from __future__ import annotations

import streamlit as st

from composer.analysis.task_list import listed_tasks
from ui.shell import notices
from ui.shell.context import database, this_home
from ui.shell.html import plain
from ui.shell.page import empty, html
from ui.task import disputed, examples, overview, page_data, people, way
from ui.task.tasks import tasks


def show(name: str) -> None:
    """Show one task from top to bottom; what is still being computed comes when it is there."""
    found = page_data.shown(name)
    overview.show(found)
    if not found.dataset:
        empty(
            "No labelled data yet",
            f"Bring its rows with `composer data import {name} FILE`: this page then shows how well people "
            "agree, and how good any prompt could be.",
        )
    if found.dataset and found.summary is None:
        st.fragment(_waiting, run_every="1s")(name)
    way.show(found)
    if found.summary is not None:
        examples.show(found.task, found.summary)
        people.show(found.task, found.summary)
        disputed.show(found.task, found.summary, found.unlike)
    overview.show_texts(found.task)


def _waiting(name: str) -> None:
    """Say what is being computed, and show the page anew once it is there."""
    if page_data.shown(name).summary is not None:
        st.rerun()
    st.info(
        "How well people agree is being computed, once for these data. Half a million ratings take seconds.",
        icon=":material/hourglass_top:",
        width=760,
    )


def show_all() -> None:
    """Show every task in a table."""
    st.title("Tasks", anchor=False)
    with database().session() as session:
        found = listed_tasks(session, this_home())
    if not found:
        empty(
            "There is no task yet",
            "A task says what a prompt is for: `composer task add FILE` brings one, `composer demo` the starters.",
        )
        return
    html(tasks(found))
    st.caption(plain("Floor, ceiling and agreement are computed when a task is opened for the first time."))


with notices.refusals():
    if asked := st.query_params.get("name", ""):
        show(asked)
    else:
        show_all()
