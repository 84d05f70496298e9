"""Data: labelled rows become a task or a task's data, and what there is of them."""

from __future__ import annotations

import streamlit as st

from composer.registry.dataset_list import list_datasets
from ui.data import datasets, more_rows, new_task
from ui.data.reading import is_uploaded, upload
from ui.shell import notices
from ui.shell.context import database
from ui.shell.notices import refusals
from ui.shell.page import empty, section

NEW, MORE = "A new task", "A task that is there"

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
    with database().session() as session:
        entries = list_datasets(session)
    if not entries and not is_uploaded():
        empty(
            "No labelled rows yet",
            "A table of texts with people's ratings or labels, and the prompt you have, make a task: what prompts "
            "are measured on. Upload the table below. Nothing is stored before you have seen what it makes.",
            "In the terminal: `composer task new NAME --data FILE --prompt FILE`; `composer demo` brings tasks.",
        )
    with st.container(border=True, key="bring"):
        kind = MORE if entries and st.query_params.get("for") else NEW
        if entries:
            kind = st.segmented_control(
                "What the rows are for",
                [NEW, MORE],
                default=NEW,
                required=True,
                key="for",
                bind="query-params",
                label_visibility="collapsed",
            )
        task = st.selectbox("Task", [one.task for one in entries], key="rows-for") if kind == MORE else None
        found = upload()
        if found is not None:
            with refusals():
                if task is None:
                    new_task.show(found)
                else:
                    more_rows.show(found, task)
    if entries:
        section("What there is")
        datasets.show(entries)
