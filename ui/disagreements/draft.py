"""The draft that a curator distils from disagreements: what it is written from, its line, trying and saving it."""

from __future__ import annotations

import streamlit as st

from composer.activity.addresses import snippet_page
from composer.curation.disagreements import Disagreements
from library.drafts import CURATORS, Draft, Origin, write_draft
from library.roles import Person
from ui.disagreements import notes, trial
from ui.shell.context import database, now
from ui.shell.html import plain, safe
from ui.shell.notices import Section, action
from ui.shell.page import html, section
from ui.shell.state import Key
from ui.shell.user import who

DRAFT = Section("draft")
SAVED: Key[str] = Key("draft-saved", "")
"""The key of the draft that was saved last."""


def show(found: Disagreements, person: Person) -> None:
    """Take a draft: the examples, the notes, the line; try it, and save it."""
    task, target = found.now.task.name, found.now.target.name
    section("Draft a snippet", "one line that would have helped here, and elsewhere")
    if saved := SAVED.get():
        html(saved_note(saved))
    if not person.may(*CURATORS):
        st.caption(plain(f"{person.name} may only look: drafts are written by curators."))
        return
    with st.expander(f"The prompt in use: {found.now.name}", key="prompt-in-use"):
        html(f'<div class="ic ic-sent">{safe(found.now.prompt.text)}</div>')
    notes.show(task, target, [row.example.id for row in found.rows])
    known = notes.notes(task, target)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        key = st.text_input("Key", key="draft-key", placeholder="such as recency-penalty")
        text = st.text_input("The line", key="draft-line")
        tags = found.now.task.snippets.tags
        origin = Origin("disagreement", task, target, known.examples, known.misunderstood, known.attend)
        draft = Draft(key or "", text or "", tags=tags[:1])
        st.button("Save the draft", type="primary", on_click=_save, args=(draft, origin), key="draft-save")
        DRAFT.show_refusal()
    with right:
        done = trial.show(found, text or "", key or "", known.examples, person)
    if done is not None:
        trial.show_rows(found, done)


@action(DRAFT)
def _save(draft: Draft, origin: Origin) -> str | None:
    with database().session() as session:
        version = write_draft(session, draft, by=who(), at=now(), origin=origin)
    SAVED.set(version.key)
    notes.clear(origin.task, origin.target)
    return f"Saved: {version.key} v{version.version} is a draft."


def saved_note(key: str) -> str:
    """Return where a draft is now, and what it waits for, as HTML."""
    return (
        f'<div class="ic ic-next"><b>Saved.</b> <a href="{safe(snippet_page(key))}">{safe(key)}</a> is a '
        "draft: it is in no prompt before somebody vets it.</div>"
    )
