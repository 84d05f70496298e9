"""Compare: candidates, releases and the bare base of one task side by side, from the answers that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from composer.analysis.naming import MOST
from composer.evaluation.formatting import METHODS, NAMES, WORTH, bracketed, figure
from ui.compare import examples, figures, page_data, texts
from ui.shell import notices, query_params
from ui.shell.html import count, plain
from ui.shell.page import empty, html, section
from ui.shell.state import Key

PICKED: Key[list[str]] = Key("columns-picked", [])
AGAINST = "against"
"""The widget that chooses what the others are compared with, and its name in the link."""


def keep_columns() -> None:
    """Write the prompts that are picked into the link, and close what was open."""
    st.query_params["columns"] = ",".join(PICKED.get())
    st.query_params.pop("row", None)


def pick(offered: Mapping[str, str], linked: Sequence[str]) -> list[str]:
    """Offer prompts as columns, beginning with those that the link names; returns them in their order."""
    PICKED.set([name for name in linked if name in offered])
    st.multiselect(
        "Prompts",
        list(offered),
        key=PICKED.name,
        format_func=lambda name: offered[name],
        on_change=keep_columns,
        max_selections=MOST,
        placeholder="Add a candidate, a release or the bare base",
        label_visibility="collapsed",
    )
    return PICKED.get()


def against(offered: Mapping[str, str], columns: Sequence[str], default: str) -> str:
    """Offer which of the columns the others are compared with, and return it."""
    chosen = query_params.chosen(AGAINST, columns, default)
    st.selectbox(
        "Compared with",
        columns,
        key=AGAINST,
        format_func=lambda name: f"compared with {offered[name]}",
        on_change=query_params.keep,
        args=(AGAINST,),
        label_visibility="collapsed",
        width=330,
    )
    return chosen


def show(task: str, columns: tuple[str, ...], base: str) -> None:
    """Show prompts side by side: figures, snippets, the text, examples."""
    found = page_data.compared(task, columns, base)
    ends = page_data.ends(found)
    section("Figures", f"{count(len(found.lines), 'sealed test example')} · from stored answers: nothing is asked")
    html(figures.figures(found, ends))
    if ends is not None:
        floor = f"Always “{ends.floor.answer}” would come to {NAMES[found.metric]} "
        floor += figure(found.metric, ends.floor.figure)
        if ends.ceiling:
            bounds = (figure(found.metric, end) for end in (ends.ceiling.low, ends.ceiling.high))
            floor += f"; one more person to {figure(found.metric, ends.ceiling.value)} {bracketed(*bounds)}"
        st.caption(plain(f"{floor}."))
    st.caption(plain(f"{METHODS} Seconds: {WORTH}."))
    section("Snippets", "their place in each prompt · blue where the prompt compared with has it not")
    html(figures.snippets(found))
    texts.show(found)
    examples.show(found)


st.title("Compare", anchor=False)
known = page_data.tasks()
linked = [one for one in st.query_params.get("columns", "").split(",") if one]
task = query_params.chosen("task", known, known[0]) if known else ""
if not task:
    empty("Nothing to compare yet", "Prompts of a task stand side by side here, once a run has measured some.")
    st.stop()
offered = page_data.offered(task)
with st.container(horizontal=True, vertical_alignment="center"):
    if len(known) > 1:
        st.selectbox(
            "Task",
            known,
            key="task",
            on_change=query_params.keep,
            args=("task",),
            label_visibility="collapsed",
            width=200,
        )
    columns = pick(offered, linked)
if len(columns) < 2:
    empty(
        "Pick two prompts or more",
        "Candidates, releases and the bare base of one task stand side by side here: figures with intervals, the "
        "difference of each to one of them, snippets, text, and the examples on which they differ.",
        "All of it comes from stored answers: nothing is asked of a model.",
    )
else:
    with notices.refusals():
        usual = next((one for kind in ("base", "release") for one in columns if one.startswith(kind)), columns[0])
        base = against(offered, columns, usual)
        show(task, tuple(columns), base)
