"""The fields of a draft: its text, key, tags, why it is written, and its rules."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from composer.curation.authoring import suggested_key
from composer.curation.lint import Linter
from library.drafts import Draft
from library.lint import LONGEST
from ui.drafting.start import (
    CONFLICTS,
    GROUP,
    KEY,
    NONE,
    PIN,
    PINS,
    RATIONALE,
    REQUIRES,
    TAGS,
    TEXT,
    Start,
    begin,
    keep,
    typed,
)
from ui.shell.html import count, safe
from ui.shell.page import html

PAUSE = "300ms"
"""How long typing has to pause until lint answers."""
MOST_KEYS = 2000
"""The most keys that are offered to choose from; any other can be typed."""


def show(start: Start, known: Linter) -> Draft:
    """Show the fields, and return the draft as typed so far."""
    name = start.name
    begin(start, [tag for task in known.tasks if task.name == start.task for tag in task.snippets.tags][:1])
    text = st.text_input(
        "Text",
        key=TEXT.of(name).name,
        live=PAUSE,
        placeholder="One rule on one line, in general words",
    )
    suggested = start.key or suggested_key(text, known.snippets)
    _as_it_stands(text)
    with st.container(horizontal=True):
        _key(start, suggested)
        _tags(start, known)
    st.text_area(
        "Why",
        key=RATIONALE.of(name).name,
        height=72,
        placeholder="What goes wrong without it",
    )
    with st.expander("Rules", expanded=start.has_rules, key=f"draft-rules-{name}"):
        _rules(start, known)
    keep(start)
    return typed(start, text, suggested)


def suggestion(start: Start, text: str, known: Linter) -> str:
    """Return the key that a draft has where none was typed."""
    return start.key or suggested_key(text, known.snippets)


def _as_it_stands(text: str) -> None:
    """Show a text whole, as it will stand in a prompt, with its length."""
    length = f"{count(len(text.split()), 'word')} · {len(text)} of {LONGEST} characters"
    whole = f'<div class="ic-sent">{safe(text)}</div>' if text else ""
    html(f'<div class="ic">{whole}<div class="ic-mute ic-small">{length}</div></div>')


def _key(start: Start, suggested: str) -> None:
    st.text_input(
        "Key",
        key=KEY.of(start.name).name,
        placeholder=suggested or "made of the text",
        disabled=bool(start.key),
        live=PAUSE,
        help="What it is known by: small letters, figures and hyphens. Left empty, it is the one suggested.",
        width=220,
    )


def _tags(start: Start, known: Linter) -> None:
    own = [tag for task in known.tasks if task.name == start.task for tag in task.snippets.tags]
    used = {tag for task in known.tasks for tag in task.snippets.tags}
    used.update(tag for one in known.snippets.values() for tag in one.tags)
    st.multiselect(
        "Tags",
        list(dict.fromkeys([*own, *start.tags, *sorted(used)])),
        key=TAGS.of(start.name).name,
        accept_new_options=True,
        help="A task uses the snippets that have one of its tags.",
        width=320,
    )


def _rules(start: Start, known: Linter) -> None:
    name = start.name
    groups = sorted({one.group for one in known.snippets.values() if one.group})
    others = [key for key in known.snippets if key != start.key][:MOST_KEYS]
    with st.container(horizontal=True):
        st.selectbox(
            "Group",
            _with([start.group] if start.group else [], groups),
            index=None,
            key=GROUP.of(name).name,
            accept_new_options=True,
            placeholder="none",
            help="A prompt holds at most one snippet of a group.",
            width=220,
        )
        st.selectbox(
            "Place",
            [NONE, *PINS],
            format_func=lambda pin: "wherever it is best" if pin == NONE else f"always {pin}",
            key=PIN.of(name).name,
            width=220,
        )
    for label, key, begun, help in (
        ("Only together with", REQUIRES, start.requires, "A prompt that holds it holds all of these too."),
        ("Never together with", CONFLICTS, start.conflicts, "A prompt that holds it holds none of these."),
    ):
        st.multiselect(
            label,
            _with(begun, others),
            key=key.of(name).name,
            accept_new_options=len(others) == MOST_KEYS,
            placeholder="keys of other snippets",
            help=help,
        )


def _with(first: Iterable[str], others: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*first, *others]))
