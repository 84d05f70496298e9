"""A task made from an uploaded table and a prompt: drafted, shown, and stored when that is agreed to."""

from __future__ import annotations

import streamlit as st

from composer.data.cautions import cautions
from composer.data.columns import ColumnMap
from composer.data.dataset import load_examples
from composer.data.drafting import Draft, Wishes, draft, guessed_columns
from composer.data.examples import Dataset
from composer.prompts.messages import render
from composer.registry.new_tasks import create_task
from composer.task.cautions import task_cautions
from composer.task.fieldnames import task_name
from composer.task.scales import scale_of
from composer.task.task import SLOT
from library.errors import Refused
from ui.data import mapping
from ui.data.reading import Upload, first_rows, forget, held
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe
from ui.shell.notices import Outcome, Section, show_refusal, written
from ui.shell.page import html, section
from ui.shell.state import Key, made_once
from ui.shell.user import who

NEW = Section("new task")
PROMPT = Key("new-prompt", "")
CREATED: Key[str] = Key("created-task", "")
"""The task that was made last."""
EXAMPLE = """Rate how urgent a customer's message is, from 1 to 5.
Answer with JSON only, in the form {"urgency": N}."""
_DRAFTED: Key[tuple[object, tuple[Draft, Dataset]] | None] = Key("drafted", None)
WHERE = "the prompt"
"""What messages call the prompt: it is in no file."""


def show(upload: Upload) -> None:
    """Ask for what a task needs beside its rows, show the task as drafted, and make it."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        name = st.text_input(
            "Name of the task",
            value=task_name(upload.name.rpartition(".")[0]),
            key=f"new-name-{upload.key}",
            help="Small letters, digits and dashes.",
        )
        with st.container(horizontal=True):
            scale = st.text_input("Scale", key=f"scale-{upload.key}", placeholder="as found: 1-5", width=150)
            labels = st.text_input(
                "Labels", key=f"labels-{upload.key}", placeholder="as found: a, b", width="stretch"
            )
    prompt = right.text_area(
        "The prompt you have",
        key=PROMPT.name,
        height=150,
        placeholder=EXAMPLE,
    )
    section("First rows")
    first_rows(upload.table)
    section("Columns", "guessed from names and cells; choose others where that is wrong")
    guess = _guess(name, upload, prompt)
    columns = mapping.columns_for_new(upload, guess)
    section("The task as drafted")
    drafted = _drafted(name, upload, prompt, columns, scale, labels)
    if drafted is not None:
        _show(*drafted)
    NEW.show_refusal()
    st.button(
        "Make the task",
        key="make-task",
        type="primary",
        icon=":material/add:",
        disabled=drafted is None,
        on_click=_make,
        args=(drafted[0],) if drafted else (),
    )


def _guess(name: str, upload: Upload, prompt: str) -> ColumnMap:
    try:
        return guessed_columns(name, upload.table, prompt)
    except Refused as refused:
        st.caption(plain(f"Not guessed: {refused}"))
        return ColumnMap()


def _drafted(
    name: str, upload: Upload, prompt: str, columns: ColumnMap, scale: str, labels: str
) -> tuple[Draft, Dataset] | None:
    """Return the draft and its data as they would be split; None, with the reason shown, where there is none."""
    if not prompt.strip():
        st.caption("Write or paste the prompt above, and the task is drafted here.")
        return None
    try:
        wishes = Wishes(columns, scale_of(scale), tuple(one.strip() for one in labels.split(",") if one.strip()))
        asked = (name, upload.key, prompt, str(wishes))
        return made_once(_DRAFTED, asked, lambda: _draft(name, upload, prompt, wishes))
    except Refused as refused:
        show_refusal(refused)
        return None


def _draft(name: str, upload: Upload, prompt: str, wishes: Wishes) -> tuple[Draft, Dataset]:
    found = draft(name, upload.table, prompt, WHERE, wishes)
    return found, load_examples(found.task, found.records)


def _show(drafted: Draft, dataset: Dataset) -> None:
    task = drafted.task
    facts = [*drafted.facts, ("examples", held(dataset))]
    rows = "".join(f"<dt>{safe(subject)}</dt><dd>{safe(found)}</dd>" for subject, found in facts)
    _, first = render("", task.message, drafted.records[0].inputs)
    base = safe(task.base).replace(safe(SLOT), f'<span class="ic-mute">{safe(SLOT)}</span>')
    html(
        f'<div class="ic"><dl class="ic-facts">{rows}</dl><div class="ic-answers ic-under">'
        f'<div class="ic-answer"><span class="ic-mute">Prompt, the same for each row</span><pre>{base}</pre></div>'
        f'<div class="ic-answer"><span class="ic-mute">Message, as sent for the first row</span>'
        f"<pre>{safe(first['content'])}</pre></div></div></div>"
    )
    for caution in (*task_cautions(task), *cautions(dataset.examples)):
        st.warning(plain(caution), icon=":material/warning:", width=900)


@written(NEW, lambda _drafted: PROMPT)
def _make(_prompt: str, drafted: Draft) -> Outcome:
    """Store the task that was shown, with its data."""
    name = drafted.task.name
    with database().session() as session:
        done = create_task(session, drafted.task, drafted.records, by=who(), at=now())

    def rest() -> None:
        forget()
        CREATED.set(name)

    examples = count(len(done.dataset.examples), "example")
    return Outcome(f"The task {name} is stored with {examples}.", rest)
