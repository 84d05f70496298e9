"""For curators: queueing doubtful examples of a task's data."""

from __future__ import annotations

import streamlit as st

from composer.labelling.doubt import GROUNDS, Ground
from composer.labelling.queueing import queue_doubtful
from composer.registry.datasets import tasks_with_data
from composer.registry.tasks import get_task
from ui.shell.context import database, now
from ui.shell.html import count, plain
from ui.shell.notices import Section, action
from ui.shell.state import Key
from ui.shell.user import who

QUEUEING = Section("queueing")
TASK: Key[str] = Key("doubt-task", "")
GROUND: Key[Ground] = Key("doubt-ground", "people")
NUMBER: Key[int] = Key("doubt-number", 40)
RATERS: Key[int | None] = Key("doubt-raters", None)
WORDS: dict[Ground, str] = {
    "people": "people differ most",
    "prompts": "measured prompts miss the label most",
    "few": "the fewest people rated",
}


def show() -> None:
    """Offer to queue the most doubtful examples of a task's data."""
    with database().session() as session:
        known = tasks_with_data(session)
    if not known:
        return
    with st.expander(
        "Queue doubtful examples of the data", icon=":material/playlist_add:", key="doubting", width=760
    ):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Task", known, key=TASK.name, width=200)
            st.selectbox("Those on which", GROUNDS, key=GROUND.name, format_func=WORDS.__getitem__, width=280)
            st.number_input("How many", min_value=1, value=40, key=NUMBER.name, width=120)
            st.number_input(
                "Raters each",
                min_value=1,
                value=None,
                placeholder="three, or all",
                help="How many people rate an example; without a number three, or as many as may.",
                key=RATERS.name,
                width=140,
            )
            st.button("Queue them", key="queue", on_click=_queue)
        st.caption(
            plain(
                "Rows that have no label yet are queued on the page Data, or by `composer label queue TASK FILE`."
            )
        )
    QUEUEING.show_refusal()


@action(QUEUEING)
def _queue() -> str:
    by, name, ground, most, raters = who(), TASK.get(), GROUND.get(), NUMBER.get(), RATERS.get()
    with database().session() as session:
        done = queue_doubtful(
            session, get_task(session, name), most, ground=ground, raters=raters, by=by, at=now()
        )
    return f"{done.added:,} examples of {name} queued, each for {count(done.raters, 'person', 'people')} to rate."
