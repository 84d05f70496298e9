"""The rules of a snippet, with the snippets that they are about, in both directions."""

from __future__ import annotations

from collections.abc import Iterable

from composer.activity.addresses import snippet_page
from composer.curation.listing import Row
from ui.shell.html import safe
from ui.shell.page import html, section
from ui.snippet.page_data import Shown


def show(found: Shown) -> None:
    """Show what may stand with this snippet in a prompt: its group, what it requires, excludes, and its place."""
    section("Rules", "what may stand in a prompt together; a change of them is a new draft")
    one = found.counting
    others = [row for row in found.data.listing.snippets if row.key != found.key]
    live = {row.key: row for row in others if row.version.state in ("vetted", "draft")}
    group = [row.key for row in live.values() if one.group and row.version.group == one.group]
    against = sorted(row.key for row in live.values() if found.key in row.version.conflicts)
    facts = {
        "group": f"{safe(one.group)}: a prompt holds one of it at most. {_others(group)}" if one.group else "",
        "requires": _links(one.requires, live),
        "required by": _links((row.key for row in live.values() if found.key in row.version.requires), live),
        "conflicts with": _links(dict.fromkeys([*one.conflicts, *against]), live),
        "pinned": f"{safe(one.pin)} in the prompt" if one.pin else "",
    }
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items() if text)
    none = '<div class="ic ic-mute">None: it may stand anywhere, with any other.</div>'
    html(f'<dl class="ic ic-facts">{rows}</dl>' if rows else none)


def _others(group: list[str]) -> str:
    if not group:
        return "Nothing else is in it."
    return f"Also in it: {', '.join(_link(key) for key in group)}"


def _links(keys: Iterable[str], live: dict[str, Row]) -> str:
    gone = ' <span class="ic-tag ic-orange">not in use</span>'
    return ", ".join(f"{_link(key)}{'' if key in live else gone}" for key in keys)


def _link(key: str) -> str:
    return f'<a class="ic-mono" href="{safe(snippet_page(key))}">{safe(key)}</a>'
