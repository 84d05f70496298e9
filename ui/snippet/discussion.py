"""Comments on a snippet: those written here, and those written on it in a candidate."""

from __future__ import annotations

import streamlit as st

from composer.activity.addresses import candidate_page
from composer.candidates.records import PROPOSERS
from composer.review.comments import Comment, resolve_comment
from library.comments import WRITERS, SnippetComment, comment, resolve
from ui.shell.context import database, now
from ui.shell.html import count, safe, when
from ui.shell.notices import Outcome, Section, action, written
from ui.shell.page import html, section
from ui.shell.state import Key
from ui.shell.user import who
from ui.snippet.page_data import Shown

DISCUSSION = Section("snippet discussion")
TEXT = Key("snippet-comment", "")


def show(found: Shown) -> None:
    """List the comments, oldest first, and take a new one."""
    known: list[SnippetComment | Comment] = [*found.comments, *found.in_candidates]
    known.sort(key=lambda one: one.written_at)
    section("Discussion", count(sum(one.resolved_at is None for one in known), "open comment"))
    for one in known:
        _one(one, found)
    may = found.person.may_somewhere(*WRITERS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Comment",
            key=TEXT.of(found.key).name,
            placeholder="Ask, note or suggest",
            label_visibility="collapsed",
            width=560,
            disabled=not may,
        )
        st.button("Comment", key="comment", on_click=_add, args=(found.key,), disabled=not may)
        if not may:
            st.caption("You may only look.", width="content")
    DISCUSSION.show_refusal()


def _one(one: SnippetComment | Comment, found: Shown) -> None:
    in_candidate = isinstance(one, Comment)
    done = one.resolved_at is not None
    where = f"v{one.version}" if isinstance(one, SnippetComment) else _candidate(one)
    resolved = f" · resolved by {safe(one.resolved_by)}" if done else ""
    with st.container(horizontal=True, vertical_alignment="center", width=760):
        html(
            f'<div class="ic{" ic-mute" if done else ""}"><b>{safe(one.author)}</b> '
            f'<span class="ic-verbatim">{safe(one.text)}</span> '
            f'<span class="ic-mute">on {where} {when(one.written_at, now())}{resolved}</span></div>'
        )
        st.button(
            "Open again" if done else "Resolve",
            key=f"resolve-{'candidate-' if in_candidate else ''}{one.id}",
            type="tertiary",
            on_click=_resolve,
            args=(one.id, done, in_candidate),
            disabled=not found.person.may_somewhere(*(PROPOSERS if in_candidate else WRITERS)),
        )


def _candidate(one: Comment) -> str:
    return f'<a href="{safe(candidate_page(one.candidate_id))}">candidate {one.candidate_id}</a>'


@written(DISCUSSION, TEXT.of)
def _add(text: str, key: str) -> Outcome:
    with database().session() as session:
        comment(session, key, text, by=who(), at=now())
    return Outcome("Commented.")


@action(DISCUSSION)
def _resolve(number: int, again: bool, in_candidate: bool) -> None:
    with database().session() as session:
        if in_candidate:
            resolve_comment(session, number, by=who(), at=now(), resolved=not again)
        else:
            resolve(session, number, by=who(), at=now(), again=again)
