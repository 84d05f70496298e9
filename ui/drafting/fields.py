"""The fields of a draft: its text, key, tags, why it is written, and its rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from composer.curation.authoring import suggested_key
from composer.curation.lint import Linter
from library.drafts import Draft
from library.lint import LONGEST
from ui.components.text_diff import compare, unified
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
from ui.shell.html import count, plain, safe
from ui.shell.page import html

PAUSE = "300ms"
"""How long typing has to pause until lint answers."""
MOST_KEYS = 2000
"""The most keys that are offered to choose from; any other can be typed."""


def show(start: Start, known: Linter) -> Draft:
    """Show the fields, and return the draft as typed so far."""
    name = start.name
    begin(start, _tags_of_task(start, known)[:1])
    text = st.text_input(
        "Text",
        key=TEXT.of(name).name,
        live=PAUSE,
        placeholder="One rule on one line, in general words",
    )
    suggested = start.key or suggested_key(text, known.snippets)
    _as_it_stands(start, text)
    with st.container(horizontal=True):
        _key(start, suggested)
        _tags(start, known)
    _used_by(start, TAGS.of(name).get(), known)
    st.text_area(
        "Why",
        key=RATIONALE.of(name).name,
        height=72,
        placeholder="What goes wrong without it",
    )
    begun = typed(start, text, suggested)
    with st.expander(_rules_label(begun), expanded=start.has_rules, key=f"draft-rules-{name}"):
        _rules(start, known)
    keep(start)
    return typed(start, text, suggested)


def suggestion(start: Start, text: str, known: Linter) -> str:
    """Return the key that a draft has where none was typed."""
    return start.key or suggested_key(text, known.snippets)


def _as_it_stands(start: Start, text: str) -> None:
    """Show a text whole, as it will stand in a prompt, or what it changes of the one before; and its length."""
    length = f"{count(len(text.split()), 'word')} · {len(text):,} of {LONGEST} characters"
    whole = f'<div class="ic ic-sent">{safe(text)}</div>' if text else ""
    if start.key and text not in ("", start.text):
        whole = unified(compare(start.text, text))
    tone = "ic-worse" if len(text) > LONGEST else "ic-mute"
    html(f'{whole}<div class="ic {tone} ic-small">{length}</div>')


def _used_by(start: Start, tags: Sequence[str], known: Linter) -> None:
    """Say which tasks may use a draft by its tags, and where the one that it is written for may not."""
    names = [one.task.name for one in known.concerned(tags) if tags or not one.task.snippets.tags]
    of_task = next((task for task in known.tasks if task.name == start.task), None)
    if of_task is not None and of_task.name not in names:
        asked = " or ".join(of_task.snippets.tags)
        st.caption(plain(f"{of_task.name} can't use it: it uses what is tagged {asked}."))
    elif names:
        st.caption(plain(f"Prompts of {', '.join(names)} may use it."))
    elif known.tasks:
        st.caption("No task uses it by these tags." if tags else "No task uses it without a tag.")


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


def _tags_of_task(start: Start, known: Linter) -> Sequence[str]:
    """Return the tags of the task that a draft is written for: the one there is, where none is named."""
    named = [task for task in known.tasks if task.name == start.task] or (
        known.tasks if len(known.tasks) == 1 else ()
    )
    return [tag for task in named for tag in task.snippets.tags]


def _tags(start: Start, known: Linter) -> None:
    st.multiselect(
        "Tags",
        _with([*_tags_of_task(start, known), *start.tags], known.tags),
        key=TAGS.of(start.name).name,
        accept_new_options=True,
        help="A task uses the snippets that have one of its tags.",
        width=320,
    )


def _rules_label(draft: Draft) -> str:
    number = sum(map(bool, (draft.group, draft.requires, draft.conflicts, draft.pin)))
    return f"Rules ({number})" if number else "Rules"


def _rules(start: Start, known: Linter) -> None:
    name = start.name
    others = [key for key in known.snippets if key != start.key][:MOST_KEYS]
    with st.container(horizontal=True):
        st.selectbox(
            "Group",
            _with([start.group] if start.group else [], known.groups),
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
