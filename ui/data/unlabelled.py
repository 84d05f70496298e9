"""Rows that have no label yet: they wait for people to rate them, on the page Label."""

from __future__ import annotations

import streamlit as st

from composer.data.columns import ColumnMap, mapped
from composer.data.examples import Unlabelled
from composer.data.files import unlabelled_of
from composer.labelling.queueing import queue_unlabelled
from composer.registry.tasks import get_task
from composer.task.task import Task
from library.errors import Refused
from ui.data.reading import Upload, forget
from ui.shell.context import database, now
from ui.shell.html import count
from ui.shell.notices import Section, action, show_refusal
from ui.shell.page import section
from ui.shell.state import Key
from ui.shell.user import who

QUEUE = Section("queue rows")
RATERS: Key[int | None] = Key("queue-raters", None)


def has_labels(columns: ColumnMap) -> bool:
    """Whether any column holds labels."""
    return bool(columns.gold or columns.raters or columns.ratings)


def show(upload: Upload, task: Task, columns: ColumnMap) -> None:
    """Offer to queue rows without labels for people to rate; every problem is shown where they are refused."""
    section("No column holds labels", "name one above, or have people rate the rows")
    items: tuple[Unlabelled, ...] = ()
    try:
        items = unlabelled_of(upload.table, mapped(upload.table, task, columns, labelled=False), task)
    except Refused as refused:
        show_refusal(refused)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Raters each",
            min_value=1,
            value=None,
            placeholder="three, or all",
            help="How many people rate a row; without a number three, or as many as may.",
            key=RATERS.name,
            width=160,
        )
        st.button(
            f"Queue {count(len(items), 'row')} to be labelled",
            key="queue-rows",
            type="primary",
            disabled=not items,
            on_click=_queue,
            args=(task.name, items),
        )
    QUEUE.show_refusal()


@action(QUEUE)
def _queue(name: str, items: tuple[Unlabelled, ...]) -> str:
    by, raters = who(), RATERS.get()
    with database().session() as session:
        done = queue_unlabelled(session, get_task(session, name), items, raters=raters, by=by, at=now())
    forget()
    each = count(done.raters, "person", "people")
    known = done.waited + done.labelled
    passed = f" {count(known, 'row')} waited or had a label already." if known else ""
    return f"{count(done.added, 'row')} queued for {name}, each for {each} to rate on the page Label.{passed}"
