"""Corrected labels that wait for a second person, and what that person decides."""

from __future__ import annotations

import streamlit as st

from composer.review.corrections import Correction, confirmation, decide_correction
from library.roles import Person
from ui.components.metrics import gold
from ui.shell.context import database, now
from ui.shell.html import plain, safe, when
from ui.shell.notices import Outcome, Section, written
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

CORRECTION = Section("correction")
REASON = Key("why", "")


def show(one: Correction, person: Person) -> None:
    """Show a proposed label, and let a second person confirm or reject it."""
    html(correction(one))
    may_decide = person.may("reviewer", "curator")
    own = person.local or person.name == one.proposed_by
    mine = CORRECTION.of(one.id)
    decide = written(mine, lambda correction_id, _confirm: REASON.of(correction_id))(_decide)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input(
            "Why",
            key=REASON.of(one.id).name,
            placeholder="Why you think so",
            width=430,
            label_visibility="collapsed",
        )
        st.button(
            "Confirm the label",
            key=f"confirm-{one.id}",
            on_click=decide,
            args=(one.id, True),
            disabled=own or not may_decide,
        )
        st.button("Reject", key=f"reject-{one.id}", on_click=decide, args=(one.id, False), disabled=not may_decide)
        if not may_decide:
            st.caption(plain(f"{person.name} is neither a reviewer nor a curator."), width="content")
        elif own:
            waits = "a second person confirms it."
            st.caption(
                plain(f"Confirming waits: {confirmation(person) if person.local else waits}"), width="content"
            )
    mine.show_refusal()


def correction(one: Correction) -> str:
    """Return a correction that waits for a second person, as HTML."""
    return (
        f'<div class="ic ic-decided"><span class="ic-tag ic-ink">label of {safe(one.example_id)}</span> '
        f"{safe(gold(one.gold_before))} → <b>{safe(gold(one.gold))}</b>: {safe(one.reason)} "
        f'<span class="ic-mute">{safe(one.proposed_by)}, {when(one.proposed_at, now())}</span></div>'
    )


def _decide(reason: str, correction_id: int, confirm: bool) -> Outcome:
    with database().session() as session:
        decide_correction(session, correction_id, confirm=confirm, reason=reason, by=who(), at=now())
    if confirm:
        return Outcome(
            "The label is corrected: what rested on the old one is stale, and can be scored again at no cost."
        )
    return Outcome("The correction is rejected; the label stays.")
