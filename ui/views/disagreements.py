"""Disagreements: where the prompt in use and people differ, and the way from there to a draft of a snippet."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.curation import jobs
from composer.curation.disagreements import Disagreements, losses
from composer.curation.questions import plan_answers
from composer.models.download import to_fetch
from library.errors import Refused
from library.roles import KEEPERS, Person
from ui.disagreements import choices, draft, job, notes, opened, page_data, table
from ui.disagreements.choices import Line
from ui.shell import notices
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe
from ui.shell.page import empty, html
from ui.shell.user import me, who


def show(task: str, target: str, person: Person) -> None:
    """Show the disagreements of one task and target from top to bottom."""
    try:
        found = page_data.shown(task, target)
    except Refused as refused:
        empty(f"Nothing to read for {task} yet", f"{refused.what[:1].upper()}{refused.what[1:]}.", refused.fix)
        return
    html(f'<div class="ic ic-mute">{summary(found)}</div>')
    _ask(found, person)
    if not found.judged:
        return
    if not found.groups:
        empty(
            "Nothing disagrees",
            f"The prompt in use says what people said on all {len(found.judged):,} authoring examples that were "
            "answered.",
            "Nothing more can be learnt from these: start a run, or bring more labelled rows.",
        )
        return
    lines = choices.filtered(found)
    picked = notes.picked(task, target)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if lines:
            table.show(found, lines, picked)
        else:
            st.caption("No disagreement fits: choose another filter.")
    with right:
        _opened(found, lines, person)
    draft.show(found, person)


def summary(found: Disagreements) -> str:
    """Return what is held against people, and how much differs, as HTML."""
    rows = found.rows
    parts = [f"<b>{safe(found.now.name)}</b> on {count(found.total, 'authoring example')}"]
    if found.judged:
        malformed = sum(row.direction == "malformed" for row in rows)
        parts += [
            f"<b>{len(rows):,}</b> of {len(found.judged):,} answers differ from people",
            f"{malformed:,} malformed",
            f"mean loss {losses(found.judged):.3f}",
        ]
        if disputed := sum(row.disputed for row in rows):
            parts.append(f"people disagree on {disputed:,} of them")
    return f"{' · '.join(parts)}. Dev and test stay unread here."


def _ask(found: Disagreements, person: Person) -> None:
    """Offer to ask for the answers that are missing, and show how far that is."""
    task, target = found.now.task.name, found.now.target.name
    offer = page_data.answers_offer(found)
    if not found.missing and not offer.at_work:
        return
    if not found.judged and not offer.at_work:
        empty(
            "No answers yet",
            f"The prompt in use ({found.now.name}) has to answer the authoring examples first: then this page "
            "shows where it and people differ most.",
        )
    if not offer.at_work and (file := to_fetch(found.now.target)) is not None:
        st.caption(f"The model’s file, {file.bytes / 1e6:,.0f} MB, is fetched first.")

    def enter() -> int:
        with database().session() as session:
            return jobs.enter_job(session, plan_answers(session, task, target), by=who(), at=now())

    missing = count(len(found.missing), "authoring example")
    label = f"Ask about {missing}" if not found.judged else f"Ask about {missing} not answered yet"
    job.show(offer, label, enter, person.for_task(found.now.task.name), "answers", primary=not found.judged)


def _opened(found: Disagreements, lines: Sequence[Line], person: Person) -> None:
    """Show the example that the link names, else the first of those shown."""
    asked = choices.opened(lines)
    row = next((one for one in (*found.rows, *found.judged) if one.example.id == asked), None)
    if row is None:
        if asked:
            st.caption(plain(f"{asked} is no authoring example that was answered."))
        return
    html(opened.pane(row, found.now.task.output))
    if person.may(*KEEPERS):
        notes.show_pick(found.now.task.name, found.now.target.name, row.example.id)


st.title("Disagreements", anchor=False)
notices.show_message("toast")
with notices.refusals():
    chosen = choices.task_and_target()
    if chosen is None:
        empty(
            "Nothing to read yet",
            "Here a curator reads where the prompt in use and people differ, and writes a snippet from it. That "
            "takes a task with labelled data, and a target.",
            "`composer demo` loads some; `composer task add` and `composer target add` bring your own.",
        )
    else:
        show(*chosen, me())
