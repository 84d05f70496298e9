"""What may be done to a snippet: vet or reject its draft, retire it, take the last act back."""

from __future__ import annotations

from functools import partial

import streamlit as st

from composer.curation.acting import acting
from library.roles import KEEPERS
from library.undoing import Act, undo
from library.versions import SnippetVersion
from library.vetting import reject
from ui.components import last_act, retiring, vetting
from ui.shell.context import database, now
from ui.shell.html import ago, plain
from ui.shell.notices import Outcome, Section, action, written
from ui.shell.state import Key
from ui.shell.user import who
from ui.snippet import editing
from ui.snippet.page_data import Shown

REJECT, UNDO = Section("reject"), Section("undo an act")
REASON = Key("reject-reason", "")


def show(found: Shown) -> None:
    """Offer what may be done now, by who looks; what can't be done says why beside it."""
    may = found.person.may(*KEEPERS)
    draft = found.draft
    if draft is not None:
        vetting.warning(draft)
    with st.container(horizontal=True, vertical_alignment="center", key="ic-snippet-acts"):
        editing.button(found)
        if draft is not None:
            vetting.button([draft], found.data.obstacles)
            with st.popover("Reject", icon=":material/cancel:", disabled=not may):
                _reject_form(draft)
        if any(one.state in ("draft", "vetted") for one in found.versions):
            with st.popover("Retire", icon=":material/block:", disabled=not may):
                retiring.form((found.key,), found.data, found.person)
        if found.acts:
            _undo_button(found.acts[0], may)
        if why := editing.obstacle(found):
            st.caption(plain(why), width="content")
        if not may:
            st.caption("You may not change it: you are not a curator.", width="content")
    for section in (vetting.VET, REJECT, retiring.RETIRE, UNDO):
        section.show_refusal()


def _reject_form(draft: SnippetVersion) -> None:
    st.caption(f"v{draft.version} is turned down, and the reason stays with its text, should it come back.")
    st.text_input("Why", key=REASON.of(draft.id).name, placeholder="Why it is rejected")
    st.button("Reject", key="reject", on_click=_reject, args=(draft,))


@written(REJECT, lambda draft: REASON.of(draft.id))
def _reject(reason: str, draft: SnippetVersion) -> Outcome:
    with acting(database()) as act:
        reject(act.session, draft.id, reason=reason, by=who(), at=now())
    return Outcome("", partial(last_act.keep, f"Rejected: {draft.key} v{draft.version}.", act.entries))


def _undo_button(act: Act, may: bool) -> None:
    st.button(
        f"Undo {act.name}",
        key="undo",
        type="tertiary",
        icon=":material/undo:",
        help=plain(f"by {act.who}, {ago(act.at, now())}{f': {act.why}' if act.why else ''}"),
        on_click=_undo,
        args=(act,),
        disabled=not (may and act.undoable),
    )


@action(UNDO)
def _undo(act: Act) -> None:
    with database().session() as session:
        message = undo(session, [act.entry], by=who(), at=now())
    last_act.keep(message)
