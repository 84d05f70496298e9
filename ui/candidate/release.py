"""The release of an approved candidate: its button, or what it waits for, and the dialog that confirms it."""

from __future__ import annotations

import streamlit as st

from composer.candidates.records import CandidateSummary
from composer.evaluation.formatting import NAMES
from composer.release.history import replacement
from composer.release.publish import release_candidate
from composer.review.blockers import joined
from library.roles import Person
from ui.candidate import shortcuts
from ui.candidate.page_data import Shown
from ui.components.metrics import gain, pair, replaced
from ui.components.snippet_changes import show_changes
from ui.shell import notices
from ui.shell.context import database, now
from ui.shell.html import plain, safe
from ui.shell.notices import Outcome, Section, written
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

RELEASE = Section("release")
REASON = Key("release-reason", "")
OPENED = Key("release-open", False)
"""Whether the dialog was just asked for."""


def show(found: Shown, person: Person) -> None:
    """Offer the release of a candidate, or name what it waits for; nothing before anybody has approved it."""
    status = found.review.status
    waits = status.release_blockers
    if waits and not status.approvals:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Release …",
            key="release",
            type="primary" if status.state == "approved" else "secondary",
            on_click=OPENED.set,
            args=(True,),
            disabled=bool(waits) or not person.may("releaser"),
            shortcut=shortcuts.RELEASE,
        )
        if waits:
            st.caption(plain(f"Release waits: {joined(waits)}"), width="content")
        elif not person.may("releaser"):
            st.caption(plain(f"{person.name} is not a releaser."), width="content")
    RELEASE.show_refusal()
    if OPENED.pop():
        _dialog(found)


@st.dialog("Release this prompt", width="large")
def _dialog(found: Shown) -> None:
    """Name exactly what a release replaces, and make it."""
    if notices.is_waiting():
        st.rerun()
    candidate = found.review.candidate
    metric = candidate.figures[0]
    html(
        f'<div class="ic"><p><b>{safe(candidate.task)} → {safe(candidate.target)}</b> gets the prompt of '
        f"candidate {candidate.id}, in place of {replaced(found.replaces, now())}.</p><p>{NAMES[metric.name]} "
        f"{pair(metric)} {gain(metric)}</p></div>"
    )
    with database().session() as session:
        planned = replacement(session, candidate.id)
    html(show_changes(planned.changes))
    st.text_area("Reason", key=REASON.name, height=70, placeholder="Why now, in a sentence")
    st.button("Release", key="release-now", type="primary", on_click=_release, args=(candidate,))
    RELEASE.show_refusal()


@written(RELEASE, lambda _candidate: REASON)
def _release(reason: str, candidate: CandidateSummary) -> Outcome:
    with database().session() as session:
        made = release_candidate(session, candidate.id, reason=reason, by=who(), at=now())
    place = f"{candidate.task} on {candidate.target}"
    return Outcome(f"Released: candidate {candidate.id} is now the prompt of {place}, as release {made.id}.")
