"""Comments: shown under what they are about, written and resolved at the end of the page."""

from __future__ import annotations

from functools import partial

import streamlit as st

from composer.candidates.records import PROPOSERS
from composer.review.comments import Comment, Object, add_comment, resolve_comment
from library.errors import Refused
from library.roles import Person
from ui.candidate import open_row, shortcuts
from ui.candidate.page_data import Shown
from ui.components.comments import comment_html
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe
from ui.shell.notices import Outcome, Section, action, written
from ui.shell.page import html, section
from ui.shell.state import Key
from ui.shell.user import who

DISCUSSION = Section("discussion")
CANDIDATE, OPEN_EXAMPLE = "the candidate", "the open example"
SUBJECT = Key("comment-on", CANDIDATE)
TEXT = Key("comment-text", "")


def show(found: Shown, person: Person) -> None:
    """List the comments with what they are about, and take a new one."""
    open_ones = [one for one in found.comments if one.resolved_at is None]
    section("Discussion", f"{count(len(open_ones), 'open comment')}; open ones go on to the next candidate")
    may_write = person.may(*PROPOSERS)
    for one in found.comments:
        _one(one, may_write)
    review = found.review
    snippets = [f"snippet {key}" for key in dict.fromkeys((*review.composition.keys, *review.incumbent.keys))]
    with st.form("comment-form", border=False, width=760):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Comment on", [CANDIDATE, OPEN_EXAMPLE, *snippets], key=SUBJECT.name, width=260)
            st.text_input("Comment", key=TEXT.name, placeholder="Ask, note or suggest")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button(
                "Comment",
                key="comment",
                shortcut=shortcuts.COMMENT,
                disabled=not may_write,
                on_click=_add,
                args=(review.candidate.id,),
            )
            if not may_write:
                st.caption(plain(f"{person.name} may only look."), width="content")
    DISCUSSION.show_refusal()


def _one(one: Comment, may_write: bool) -> None:
    done = one.resolved_at is not None
    with st.container(horizontal=True, vertical_alignment="center", width=760):
        html(with_subject(one))
        st.button(
            "Open again" if done else "Resolve",
            key=f"resolve-{one.id}",
            type="tertiary",
            on_click=_resolve,
            args=(one.id, not done),
            disabled=not may_write,
        )


def with_subject(one: Comment) -> str:
    """Return one comment with what it is about, as HTML; a resolved one is muted."""
    muted = " ic-mute" if one.resolved_at is not None else ""
    return f'<div class="ic{muted}">{_subject(one)}{comment_html(one)}</div>'


def _subject(one: Comment) -> str:
    return (
        "" if one.kind == "candidate" else f'<span class="ic-mute">on {safe(one.kind)} {safe(one.name)}:</span> '
    )


@written(DISCUSSION, lambda _candidate_id: TEXT)
def _add(text: str, candidate_id: int) -> Outcome:
    kind, name = _about(SUBJECT.get())
    with database().session() as session:
        add_comment(session, candidate_id, text, by=who(), at=now(), kind=kind, name=name)
    return Outcome("Commented.", partial(SUBJECT.set, CANDIDATE))


def _about(subject: str) -> tuple[Object, str]:
    if subject == CANDIDATE:
        return "candidate", ""
    if subject == OPEN_EXAMPLE:
        if (opened := open_row.opened()) is None:
            raise Refused("no example is open", fix="Open one in the table, or comment on something else.")
        return "example", opened
    return "snippet", subject.removeprefix("snippet ")


@action(DISCUSSION)
def _resolve(comment_id: int, resolved: bool) -> None:
    with database().session() as session:
        resolve_comment(session, comment_id, by=who(), at=now(), resolved=resolved)
