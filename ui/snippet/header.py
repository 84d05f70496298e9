"""The top of a snippet's page: what it says, and a draft that waits beside what is in force."""

from __future__ import annotations

from composer.prompts.text_changes import Line
from library.versions import SnippetVersion
from ui.components import snippets, text_diff
from ui.shell.context import now
from ui.shell.html import safe, when
from ui.shell.page import html, section
from ui.snippet.page_data import Shown


def show(found: Shown) -> None:
    """Show the key, the state and the text, then the draft with what it changes."""
    one, draft = found.counting, found.draft
    html(
        f'<div class="ic"><div class="ic-head"><h1 class="ic-mono">{safe(found.key)}</h1>'
        f'<span class="ic-mute">v{one.version}</span><span>{safe(snippets.state(one))}</span>'
        f"{snippets.tags(one)}</div>"
        f'<p class="ic-story ic-verbatim">{safe(one.text)}</p>{_why(one)}{_out(found)}</div>'
    )
    if draft is not None and draft is not one:
        section(f"Draft v{draft.version} waits", f"v{one.version} stays in force until it is vetted")
        html(f"{difference(one, draft)}{_why(draft)}")


def _why(one: SnippetVersion) -> str:
    """Return who wrote a version, when and why, as HTML."""
    reason = f': <span class="ic-verbatim">{safe(one.rationale)}</span>' if one.rationale else ""
    return f'<div class="ic ic-mute">by {safe(one.author)} {when(one.created_at, now())}{reason}</div>'


def _out(found: Shown) -> str:
    """Return who took it out of use, when and why, as HTML; empty where nobody did."""
    act = found.acts[0] if found.acts else None
    if act is None or act.action not in ("retired", "rejected") or found.draft is not None:
        return ""
    if found.counting.state != act.action:
        return ""
    return (
        f'<p class="ic-next"><b>{act.action.capitalize()}</b>by {safe(act.who)} {when(act.at, now())}: '
        f'<span class="ic-verbatim">{safe(act.why)}</span></p>'
    )


def difference(before: SnippetVersion, after: SnippetVersion) -> str:
    """Return what two versions differ in, as HTML: the text word by word, then tags and rules."""
    text = text_diff.unified((Line(before.text, after.text),))  # one line, whose words are compared whatever
    same = '<div class="ic ic-mute">The same text.</div>' if before.text == after.text else ""
    rest = "".join(
        f"<li>{safe(name)}: <del>{safe(', '.join(old)) or 'none'}</del> → {safe(', '.join(new)) or 'none'}</li>"
        for name, old, new in _facts(before, after)
        if old != new
    )
    return f'{same or text}<div class="ic"><ul>{rest}</ul></div>' if rest else same or text


def _facts(
    before: SnippetVersion, after: SnippetVersion
) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    def one(value: str | None) -> tuple[str, ...]:
        return (value,) if value else ()

    return (
        ("tags", before.tags, after.tags),
        ("group", one(before.group), one(after.group)),
        ("requires", before.requires, after.requires),
        ("conflicts with", before.conflicts, after.conflicts),
        ("pinned", one(before.pin), one(after.pin)),
    )
