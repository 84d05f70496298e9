"""Label: examples that wait to be labelled, one at a time, blind; and for curators what becomes of the ratings."""

from __future__ import annotations

import streamlit as st

from composer.labelling.rating import has_rated
from composer.labelling.rows import RATERS, tasks_with_queues
from composer.registry.tasks import get_task
from composer.task.task import Task
from library.roles import KEEPERS
from ui.label import feeding, queueing, turn
from ui.shell import notices, query_params
from ui.shell.context import database
from ui.shell.html import safe
from ui.shell.page import empty, html
from ui.shell.user import me


def chosen_task(known: tuple[str, ...]) -> str:
    """Return the task that the link names, else the first; offer the others where there are several."""
    name = query_params.chosen("task", known, known[0])
    if len(known) > 1:
        st.selectbox(
            "Task",
            known,
            key="task",
            label_visibility="collapsed",
            width=260,
            on_change=query_params.keep,
            args=("task",),
        )
    return name


def explain(task: Task, *, new: bool) -> None:
    """Show what is to be judged, in the task's own words, unfolded for somebody who is `new` to it."""
    ends = f", from {task.output.low} to {task.output.high}" if task.output.kind == "ordinal" else ""
    scale = ends.replace("-", "−")
    html(f'<div class="ic ic-mute">{safe(task.title)}: {safe(task.output.field)}{safe(scale)}</div>')
    with st.expander("How the task puts it", expanded=new, icon=":material/menu_book:", width=760):
        asked = "\n".join(line for line in task.base.splitlines() if line.strip() != Task.slot)
        told = "\n\n".join(filter(None, (task.description, asked)))
        html(f'<div class="ic ic-verbatim">{safe(told)}</div>')


with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Label", anchor=False, width="content")
    beside = st.container()
notices.show_message("box")
person = me()
with database().session() as session:
    every = tasks_with_queues(session)
queues = tuple(one for one in every if person.for_task(one).may(*RATERS))
if not every:
    empty(
        "Nothing waits to be labelled",
        "People rate examples here, one at a time and blind: without a label, a model’s answer, or anybody else’s "
        "rating. What enough of them rated becomes part of the data.",
        "Rows that have no label yet are queued on the page Data, or by `composer label queue TASK FILE`.",
    )
elif not queues:
    empty(
        "Rating needs the role rater",
        f"Someone with the role admin can give it: `composer people role '{person.name}' rater`.",
    )
else:
    with beside:
        name = chosen_task(queues)
    with database().session() as session:
        task, rated = get_task(session, name), has_rated(session, name, by=person.name)
    explain(task, new=not rated)
    turn.show(name)
if person.may_somewhere(*KEEPERS):
    kept = [one for one in every if person.for_task(one).may(*KEEPERS)]
    if kept:
        feeding.show(name if queues and name in kept else kept[0])
    queueing.show()
