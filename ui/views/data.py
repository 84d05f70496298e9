"""Data: labelled rows become a task or a task's data, and what there is of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from library.roles import KEEPERS
from ui.data import datasets, more_rows, new_task
from ui.data.reading import is_uploaded, upload
from ui.shell import notices
from ui.shell.notices import refusals
from ui.shell.page import empty, section
from ui.shell.user import me

NEW, MORE = "A new task", "A task that is there"


def bring(tasks: Sequence[str]) -> None:
    """Take a table, for a new task or for one of these, and show what it makes."""
    with st.container(border=True, key="bring"):
        kind = NEW
        if tasks:
            kind = st.segmented_control(
                "What the rows are for",
                [NEW, MORE],
                default=NEW,
                required=True,
                key="for",
                bind="query-params",
                label_visibility="collapsed",
            )
        task = st.selectbox("Task", tasks, key="rows-for") if kind == MORE else None
        found = upload()
        if found is None:
            return
        with refusals():
            if task is None:
                new_task.show(found)
            else:
                more_rows.show(found, task)


st.title("Data", anchor=False)
notices.show_message("box")
if made := new_task.CREATED.get():
    st.page_link(
        "views/runs.py",
        label=f"Put another prompt beside that of {made}",
        icon=":material/arrow_forward:",
        query_params={"how": "Pick by hand", "task": made},
    )
with refusals():
    entries = datasets.entries()
    if not entries and not is_uploaded():
        empty(
            "No labelled rows yet",
            "A table of texts with people's ratings or labels, and the prompt you have, make a task: what prompts "
            "are measured on. Upload the table below. Nothing is stored before you have seen what it makes.",
            "In the terminal: `composer task new NAME --data FILE --prompt FILE`; `composer demo` brings tasks.",
        )
    if not me().may_somewhere(*KEEPERS):
        st.caption("Whoever has the role curator or admin brings data in here.")
    else:
        bring([one.task for one in entries])
    if entries:
        section("What there is")
        datasets.show(entries)
