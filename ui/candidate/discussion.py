"""Comments: shown under what they hang on, written and resolved at the end of the page."""

from __future__ import annotations

import streamlit as st

from composer.candidates.records import PROPOSERS
from composer.review.comments import Comment, add_comment, resolve_comment
from library.errors import Refused
from ui.candidate import shortcuts
from ui.candidate.page_data import Shown
from ui.components.comments import comment_html
from ui.shell.context import database, now, plain
from ui.shell.html import count, safe
from ui.shell.page import html, remember, section
from ui.shell.user import me, who

CANDIDATE, OPEN_EXAMPLE = "the candidate", "the open example"


def show(found: Shown) -> None:
    """List the comments with what they hang on, and take a new one."""
    open_ones = [one for one in found.comments if one.resolved_at is None]
    section("Discussion", f"{count(len(open_ones), 'open comment')}; open ones go on to the next candidate")
    looks_on = not me().may(*PROPOSERS)
    for one in found.comments:
        with st.container(horizontal=True, vertical_alignment="center"):
            done = one.resolved_at is not None
            html(told(one))
            st.button(
                "Open again" if done else "Resolve",
                key=f"resolve-{one.id}",
                type="tertiary",
                on_click=_resolve,
                args=(one.id, not done),
                disabled=looks_on,
            )
    review = found.review
    snippets = [f"snippet {key}" for key in dict.fromkeys((*review.composition.keys, *review.incumbent.keys))]
    with st.form("comment-form", clear_on_submit=True, border=False, width=760):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            on = st.selectbox("Comment on", [CANDIDATE, OPEN_EXAMPLE, *snippets], key="comment-on", width=260)
            text = st.text_input("Comment", key="comment-text", placeholder="Ask, note or suggest")
        with st.container(horizontal=True, vertical_alignment="center"):
            sent = st.form_submit_button("Comment", key="comment", shortcut=shortcuts.COMMENT, disabled=looks_on)
            if looks_on:
                st.caption(plain(f"{me().name} may only look."), width="content")
    if sent:
        _add(review.candidate.id, str(on), text)


def told(one: Comment) -> str:
    """Return one comment with what it hangs on, as HTML; a resolved one is muted."""
    mute = " ic-mute" if one.resolved_at is not None else ""
    return f'<div class="ic{mute}">{_where(one)}{comment_html(one)}</div>'


def _where(one: Comment) -> str:
    return (
        "" if one.kind == "candidate" else f'<span class="ic-mute">on {safe(one.kind)} {safe(one.name)}:</span> '
    )


def _add(candidate_id: int, on: str, text: str) -> None:
    kind, _, name = ("candidate", "", "") if on == CANDIDATE else on.partition(" ")
    if on == OPEN_EXAMPLE:
        kind, name = "example", st.query_params.get("row", "")
    try:
        with database().session() as session:
            add_comment(session, candidate_id, text, by=who(), at=now(), kind=kind, name=name)  # type: ignore[arg-type]
    except Refused as refused:
        st.error(plain(str(refused)), icon=":material/block:")
        return
    remember("Commented.")
    st.rerun()


def _resolve(comment_id: int, resolved: bool) -> None:
    try:
        with database().session() as session:
            resolve_comment(session, comment_id, by=who(), at=now(), resolved=resolved)
    except Refused as refused:
        st.session_state["refused"] = str(refused)
