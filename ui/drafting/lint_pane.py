"""What lint finds about a draft, beside its fields: errors, and warnings with a field for the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from composer.activity.addresses import snippet_page
from composer.curation.finding import Finding
from composer.curation.lint import Linter, linter_for
from library.drafts import Draft
from library.file import Key, Tag
from ui.drafting.start import Start, reason_for
from ui.shell.context import as_logged, database
from ui.shell.html import count, safe
from ui.shell.page import html

NAMES = {
    "form": "form",
    "smuggling": "another task",
    "leak": "leak",
    "scale": "scale",
    "format": "format",
    "duplicate": "near another",
    "contradiction": "contradiction",
    "rejected": "rejected before",
}


@st.cache_resource(max_entries=2, show_spinner=False)
def _linter(_home: str, _url: str | None, head: str, home: str) -> Linter:  # noqa: ARG001
    with database().session() as session:
        return linter_for(session)


def linter() -> Linter:
    """Return the linter of this home as its log stands: made anew only after something was logged."""
    home, url, head = as_logged()
    return _linter(home, url, head, home)


def show(start: Start, draft: Draft, found: Sequence[Finding], known: Linter) -> None:
    """Show the findings, each warning with a field for its reason."""
    with st.container(key=f"draft-lint-{start.name}"):
        if not draft.text.strip():
            html('<div class="ic ic-mute">Lint answers here while you type.</div>')
            return
        if not found:
            against = f'<span class="ic-mute">{_against(known, draft)}</span>'
            html(f'<div class="ic"><b>✓ Nothing found.</b> {against}</div>')
            return
        for one in found:
            html(_finding(one, known))
            if not one.is_error:
                key = reason_for(start, one)
                st.text_input(
                    "Why it is stored all the same",
                    key=key.name,
                    live=True,
                    placeholder="Your reason, kept with it",
                )


def obstacle(draft: Draft, found: Sequence[Finding], start: Start, known: Linter) -> str:
    """Return why a draft can't be saved yet; empty where nothing keeps it."""
    if not draft.text.strip():
        return "Write a text."
    if not _is(Key, draft.key):
        return f"The key {draft.key} is none: write small letters, figures and hyphens, as in old-news."
    if wrong := [tag for tag in draft.tags if not _is(Tag, tag)]:
        return f"The tag {wrong[0]} is none: write small letters, figures, hyphens and underlines."
    if not start.key and draft.key in known.snippets:
        return f"The key {draft.key} is taken: give another, or edit that snippet."
    errors = sum(one.is_error for one in found)
    silent = sum(not one.is_error and not reason_for(start, one).get().strip() for one in found)
    parts = [count(errors, "error")] if errors else []
    parts += [f"{count(silent, 'warning')} without a reason"] if silent else []
    return f"{' and '.join(parts)}." if parts else ""


def _is(kind: Any, value: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def _against(known: Linter, draft: Draft) -> str:
    tasks = ", ".join(f"{one.task.name} ({len(one.leaks):,})" for one in known.concerned(draft.tags))
    examples = f" and the examples of {tasks}" if tasks else ""
    return safe(f"Held against {count(len(known.snippets), 'snippet')}{examples}.")


def _finding(one: Finding, known: Linter) -> str:
    mark, tone = ("✗ error", "ic-orange") if one.is_error else ("! warning", "")
    what = one.what[:1].upper() + one.what[1:]
    stop = "" if what.endswith((".", "!", "?")) else "."
    fix = f'<div class="ic-mute ic-small">{safe(one.fix)}</div>' if one.fix else ""
    return (
        f'<div class="ic ic-finding"><span class="ic-tag {tone}">{mark}: {NAMES[one.kind]}</span> '
        f'<span class="ic-verbatim">{safe(what)}{stop}</span>{fix}{_near(one, known)}</div>'
    )


def _near(one: Finding, known: Linter) -> str:
    """Return the text that a finding compares with, and a link to it in place of the draft."""
    other = known.snippets.get(one.similar or "")
    if other is None:
        return ""
    alike = ""
    if one.kind == "contradiction" and one.similarity is not None:
        alike = f'<span class="ic-mute">subjects {one.similarity:.0%} alike</span> · '
    link = (
        f'<a href="{safe(snippet_page(other.key))}" target="_blank" rel="noopener" '
        f'title="in another tab: what you typed stays here">Use {safe(other.key)} instead ↗</a>'
    )
    return f'<div class="ic-sent">{safe(other.text)}</div><div class="ic-small">{alike}{link}</div>'
