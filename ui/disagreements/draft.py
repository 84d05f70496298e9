"""The draft that a curator distils from disagreements: what it is written from, its line, trying and saving it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from composer.activity.addresses import snippet_page
from composer.curation.disagreements import Disagreements
from library.drafts import Draft, Origin
from library.roles import KEEPERS, Person
from library.snippets import show as versions_of
from library.versions import SnippetVersion
from library.vetting import vetting_obstacles
from ui.disagreements import notes, trial
from ui.drafting import editor
from ui.drafting.start import Start
from ui.shell.context import database
from ui.shell.html import plain, safe
from ui.shell.page import html, section
from ui.shell.state import Key

SAVED: Key[str] = Key("disagreement-saved", "")
"""The key of the draft that was saved last."""


def show(found: Disagreements, person: Person) -> None:
    """Take a draft: the examples, the notes, the line; try it, and save it."""
    task, target = found.now.task.name, found.now.target.name
    section("Draft a snippet", "one line that would have helped here, and elsewhere")
    if saved := SAVED.get():
        html(saved_note(saved, person))
    if not person.may(*KEEPERS):
        st.caption(plain(f"{person.name} may only look: curators write drafts."))
        return
    with st.expander(f"The prompt in use: {found.now.name}", key="prompt-in-use"):
        html(f'<div class="ic ic-sent">{safe(found.now.prompt.text)}</div>')
    notes.show(task, target, [row.example.id for row in found.rows])
    known = notes.notes(task, target)
    origin = Origin("disagreement", task, target, known.examples, known.misunderstood, known.attend)

    def tried(draft: Draft) -> Callable[[], None] | None:
        # A key counts where it takes a text's place: any other may still change without another try.
        key = draft.key if draft.key in found.now.prompt.keys else ""
        done = trial.show(found, draft.text, key, known.examples, person)
        return None if done is None else partial(trial.show_rows, found, done)

    def saved_as(made: SnippetVersion) -> None:
        SAVED.set(made.key)
        notes.clear(task, target)

    editor.show(_start(found, origin), on_saved=saved_as, more=tried)
    trial.show_earlier(found)


def _start(found: Disagreements, origin: Origin) -> Start:
    """Ask what is written, and return what the editor begins with: nothing, or a snippet that is in the prompt."""
    key = notes.show_wording(origin.task, origin.target, found.now.prompt.keys)
    if not key:
        return Start(task=origin.task, origin=origin)
    with database().session() as session:
        return replace(Start.of(versions_of(session, key)[0], origin=origin), task=origin.task)


def saved_note(key: str, person: Person) -> str:
    """Return where a draft is now, who has to vet it, and its page, as HTML."""
    with database().session() as session:
        newest = versions_of(session, key)[0]
        obstacles = vetting_obstacles(session, [newest], person)
    name = f'<a href="{safe(snippet_page(key))}">{safe(key)} v{newest.version}</a>'
    if newest.state != "draft":
        return f'<div class="ic ic-next"><b>Saved.</b> {name} is {safe(newest.state)} by now.</div>'
    obstacle = obstacles.get(newest.id, "")
    who = f"another than you: {safe(obstacle)}" if obstacle else "you may"
    return (
        f'<div class="ic ic-next"><b>Saved.</b> {name} is a draft: it is in no prompt before a curator vets it '
        f"on its page ({who}). After that a run can pick it.</div>"
    )
