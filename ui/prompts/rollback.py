"""Going back to an earlier release: which can be chosen, what it would replace, and the dialog that does it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.evaluation.formatting import NAMES, figure
from composer.registry.releases import Release, current_release, get_release
from composer.release.history import HistoryEntry, Replacement, replacement, rollback_blockers
from composer.release.publish import roll_back
from library.errors import Refused
from ui.components.metrics import replaced
from ui.components.snippet_changes import show_snippets
from ui.shell.context import database, now, plain, show_refusal
from ui.shell.html import safe, when
from ui.shell.page import html, remember
from ui.shell.user import me, who


def choices(past: Sequence[HistoryEntry]) -> dict[int, HistoryEntry]:
    """Return the releases that can be gone back to by number: of each other candidate the newest, newest first."""
    current = past[0].release.candidate_id
    newest: dict[int, HistoryEntry] = {}
    for one in past:
        newest.setdefault(one.release.candidate_id, one)
    return {one.release.id: one for one in newest.values() if one.release.candidate_id != current}


def offer(past: Sequence[HistoryEntry]) -> None:
    """Let an earlier release be chosen, and say why it can't be gone back to where it can't."""
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
            against = rollback_blockers(session, known[number].release, me())
        st.button(
            "Roll back …",
            key="roll-back",
            icon=":material/undo:",
            on_click=_open,
            args=(number,),
            disabled=bool(against),
        )
        if against:
            st.caption(plain(f"Rolling back waits: {'; '.join(against)}."), width="content")
    _refusal()
    if st.session_state.pop("rolling-back", None) == number:
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


def _open(number: int) -> None:
    st.session_state["rolled-back"] = False
    st.session_state["rolling-back"] = number


@st.dialog("Roll back", width="large")
def _dialog(earlier: Release, planned: Replacement) -> None:
    """Name exactly what goes and what comes back, as it was when the dialog opened, and ask why."""
    if st.session_state.pop("rolled-back", False):
        st.rerun()
    html(
        f'<div class="ic"><p><b>{safe(planned.task)} → {safe(planned.target)}</b> gets the prompt of '
        f"<b>release {earlier.id}</b> again (candidate {earlier.candidate_id}, by {safe(earlier.released_by)} "
        f"{when(earlier.released_at, now())}), and {replaced(planned.now, now())} goes. "
        f"It is a release of its own, and another rollback undoes it.</p>{_metric(planned)}</div>"
        f"{show_snippets(planned.changes)}"
    )
    st.text_area("Reason", key="rollback-reason", height=70, placeholder="Why go back, in a sentence")
    st.button("Roll back", key="roll-back-now", type="primary", on_click=_do, args=(earlier.id, planned))
    _refusal()


def _do(number: int, planned: Replacement) -> None:
    try:
        with database().session() as session:
            if current_release(session, planned.task, planned.target) != planned.now:
                raise Refused("another prompt was released meanwhile", fix="Close this and look at it first.")
            reason = st.session_state.get("rollback-reason", "")
            made = roll_back(session, number, reason=reason, by=who(), at=now())
    except Refused as refused:
        st.session_state["rollback-refused"] = refused
        return
    st.session_state["rollback-reason"] = ""
    st.session_state["rolled-back"] = True
    undo = f" Rolling back to release {planned.now.id} undoes it." if planned.now else ""
    remember(f"Rolled back: release {made.id} has the prompt of release {number}.{undo}")


def _refusal() -> None:
    """Show what was refused, once: in the dialog, or on the page where the dialog was closed meanwhile."""
    if refused := st.session_state.pop("rollback-refused", None):
        show_refusal(refused)
