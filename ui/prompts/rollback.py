"""Rolling back to an earlier release: which can be chosen, what it would replace, and the dialog that does it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.evaluation.formatting import NAMES, figure
from composer.registry.releases import Release, current_release, get_release
from composer.release.history import HistoryEntry, Replacement, replacement, rollback_blockers
from composer.release.publish import roll_back
from composer.review.blockers import joined
from library.errors import Refused
from library.roles import Person
from ui.components.metrics import replaced
from ui.components.snippet_changes import show_changes
from ui.shell import notices
from ui.shell.context import database, now
from ui.shell.html import plain, safe, when
from ui.shell.notices import Outcome, Section, written
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

ROLLBACK = Section("rollback")
REASON = Key("rollback-reason", "")
OPENED: Key[int | None] = Key("rolling-back", None)
"""The release that a dialog was just asked for."""


def choices(past: Sequence[HistoryEntry]) -> dict[int, HistoryEntry]:
    """Return what can be rolled back to, by number: the newest release of each other candidate, newest first."""
    current = past[0].release.candidate_id
    newest: dict[int, HistoryEntry] = {}
    for one in past:
        newest.setdefault(one.release.candidate_id, one)
    return {one.release.id: one for one in newest.values() if one.release.candidate_id != current}


def offer(past: Sequence[HistoryEntry], person: Person) -> None:
    """Let an earlier release be chosen, and name what keeps it from being rolled back to."""
    known = choices(past)
    if not known:
        st.caption("There is nothing to roll back to: no other prompt was released here.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.selectbox(
            "Roll back to",
            list(known),
            key="back-to",
            format_func=lambda number: _label(known[number]),
            label_visibility="collapsed",
            width=380,
        )
        # The choice outlives the place it was made in.
        number = chosen if chosen in known else next(iter(known))
        with database().session() as session:
            against = rollback_blockers(session, known[number].release, person)
        st.button(
            "Roll back …",
            key="roll-back",
            icon=":material/undo:",
            on_click=OPENED.set,
            args=(number,),
            disabled=bool(against),
        )
        if against:
            st.caption(plain(f"Rolling back waits: {joined(against)}."), width="content")
    ROLLBACK.show_refusal()
    if OPENED.pop() == number:
        with database().session() as session:
            earlier = get_release(session, number)
            planned = replacement(session, earlier.candidate_id)
        _dialog(earlier, planned)


def _metric(planned: Replacement) -> str:
    before, after = (figure(planned.metric, value) for value in (planned.before, planned.after))
    how = "on the same examples" if planned.compared else "each from its own review"
    return f'<p>{safe(NAMES[planned.metric])} {before} → <b>{after}</b> <span class="ic-mute">{how}</span></p>'


def _label(one: HistoryEntry) -> str:
    metric = f"{NAMES[one.figure.name]} {figure(one.figure.name, one.figure.candidate)}"
    return f"Back to release {one.release.id} · candidate {one.release.candidate_id} · {metric}"


@st.dialog("Roll back", width="large")
def _dialog(earlier: Release, planned: Replacement) -> None:
    """Name exactly what goes and what comes back, as it was when the dialog opened, and ask why."""
    if notices.is_waiting():
        st.rerun()
    html(
        f'<div class="ic"><p><b>{safe(planned.task)} → {safe(planned.target)}</b> gets the prompt of '
        f"<b>release {earlier.id}</b> again (candidate {earlier.candidate_id}, by {safe(earlier.released_by)} "
        f"{when(earlier.released_at, now())}), in place of {replaced(planned.now, now())}. "
        f"It is a release of its own, and another rollback undoes it.</p>{_metric(planned)}</div>"
        f"{show_changes(planned.changes)}"
    )
    st.text_area("Reason", key=REASON.name, height=70, placeholder="Why go back, in a sentence")
    st.button("Roll back", key="roll-back-now", type="primary", on_click=_roll_back, args=(earlier.id, planned))
    ROLLBACK.show_refusal()


@written(ROLLBACK, lambda _number, _planned: REASON)
def _roll_back(reason: str, number: int, planned: Replacement) -> Outcome:
    with database().session() as session:
        if current_release(session, planned.task, planned.target) != planned.now:
            raise Refused("another prompt was released meanwhile", fix="Close this and look at it first.")
        made = roll_back(session, number, reason=reason, by=who(), at=now())
    undo = f" Rolling back to release {planned.now.id} undoes it." if planned.now else ""
    return Outcome(f"Rolled back: release {made.id} has the prompt of release {number}.{undo}")
