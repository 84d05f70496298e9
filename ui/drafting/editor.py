"""The editor of a draft: its fields, lint beside them that answers while one types, and the way to save it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from composer.curation.authoring import findings, save_draft
from library.drafts import Draft
from library.roles import KEEPERS
from library.versions import SnippetVersion
from ui.drafting import fields, lint_pane
from ui.drafting.start import TEXT, Start, forget, reason_for, typed
from ui.shell import notices
from ui.shell.context import database, now
from ui.shell.html import plain
from ui.shell.notices import Outcome, Section, written
from ui.shell.state import Key
from ui.shell.user import me, who

DRAFTING = Section("drafting")
More = Callable[[Draft], Callable[[], None] | None]
"""What a page offers of a draft besides saving it, such as trying it, below lint; what it returns, if anything, is
shown below the whole editor."""
Saved = Callable[[SnippetVersion], None]
"""What a page does once a draft is stored, such as opening it; it is called before the page is shown again."""


@st.fragment
def show(start: Start, *, on_saved: Saved, beside: bool = True, more: More | None = None) -> None:
    """Show the editor: lint `beside` the fields, or below them where the page has no room.

    `more` shows what else the page offers of the draft as typed; it is called only for a draft that lint has no
    error against. While one types only this part of the page runs; once a draft is stored the whole page does,
    which has to show the message of that (`notices.show_message`).
    """
    if notices.is_waiting():
        st.rerun()
    person = me()
    if not person.may(*KEEPERS):
        st.caption(plain(f"{person.name} may only look: curators write drafts."))
        return
    known = lint_pane.linter()
    left, right = st.columns([3, 2], gap="medium") if beside else (st.container(), st.container())
    with left:
        draft = fields.show(start, known)
    found = findings(known, draft) if draft.text.strip() else ()
    with right:
        lint_pane.show(start, draft, found, known)
    missing = lint_pane.obstacle(draft, found, start, known)
    with left, st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save the draft",
            key=f"draft-save-{start.name}",
            type="primary",
            disabled=bool(missing),
            on_click=_save,
            args=(start, on_saved),
        )
        st.caption(plain(missing or f"As {draft.key}: a draft, until somebody vets it."), width="content")
    DRAFTING.show_refusal()
    if more is None or not draft.text.strip() or any(one.is_error for one in found):
        return
    with right:
        rest = more(draft)
    if rest is not None:
        rest()


def _text_of(start: Start, _on_saved: Saved) -> Key[str]:
    return TEXT.of(start.name)


@written(DRAFTING, _text_of)
def _save(text: str, start: Start, on_saved: Saved) -> Outcome:
    known = lint_pane.linter()
    draft = typed(start, text, fields.suggestion(start, text, known))
    reasons = {one.what: reason_for(start, one).get() for one in findings(known, draft)}
    with database().session() as session:
        made = save_draft(session, draft, by=who(), at=now(), origin=start.origin, reasons=reasons)
    return Outcome(f"Draft saved: {made.key} v{made.version}.", partial(_done, start, on_saved, made))


def _done(start: Start, on_saved: Saved, made: SnippetVersion) -> None:
    forget(start)
    on_saved(made)
