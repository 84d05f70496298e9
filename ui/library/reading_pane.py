"""One snippet in full: its text, why it is there, where it is used, and every version."""

from __future__ import annotations

from composer.activity.addresses import prompt_page
from library import snippets
from library.versions import SnippetVersion
from ui.library.table import MARKS, Used
from ui.shell.context import database, now
from ui.shell.html import safe, when
from ui.shell.page import html


def show(key: str, used: Used) -> None:
    """Show one snippet in full: its text, why it is there, where it is used, and every version."""
    with database().session() as session:
        versions = snippets.show(session, key)
    newest, at = versions[0], now()
    prompts = "<br>".join(
        f'<a href="{safe(prompt_page(one.task, one.target))}">{safe(one.task)} → {safe(one.target)}</a>'
        for one in used.get(key, ())
    )
    mute = '<span class="ic-mute">{}</span>'
    tags = " ".join(f'<span class="ic-tag">{safe(tag)}</span>' for tag in newest.tags) or mute.format("none")
    facts = {
        "state": safe(MARKS[newest.state]),
        "tags": tags,
        "rules": "<br>".join(map(safe, newest.rules)) or mute.format("none"),
        "why": safe(newest.rationale) if newest.rationale else mute.format("no rationale was given"),
        "in prompts": prompts or mute.format("none released"),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items())
    history = "".join(
        f"<dt>v{one.version}</dt><dd>{safe(MARKS[one.state])}, by {safe(one.author)} {when(one.created_at, at)}"
        f"{'' if one is newest else _earlier(one)}</dd>"
        for one in versions
    )
    name = f'<b class="ic-mono">{safe(key)}</b> <span class="ic-mute">v{newest.version}</span>'
    html(
        f'<div class="ic ic-open"><div class="ic-head">{name}</div>'
        f'<p class="ic-story ic-verbatim">{safe(newest.text)}</p>'
        f'<dl class="ic-facts">{rows}</dl><hr class="ic-rule"><dl class="ic-facts">{history}</dl></div>'
    )


def _earlier(one: SnippetVersion) -> str:
    """Return the text of an earlier version with its rules, as HTML."""
    rules = f'<div class="ic-mute ic-small">{safe("; ".join(one.rules))}</div>' if one.rules else ""
    return f'<div class="ic-verbatim">{safe(one.text)}</div>{rules}'
