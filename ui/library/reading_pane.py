"""One snippet beside the table: what matters of it, and the link to its own page."""

from __future__ import annotations

from composer.activity.addresses import prompt_page, snippet_page
from library import snippets as stored
from library.smuggling import smuggled
from library.versions import SnippetVersion
from ui.components import snippets
from ui.components.library_data import LibraryData
from ui.shell.context import database, now
from ui.shell.html import count, safe, when
from ui.shell.page import html


def show(key: str, data: LibraryData) -> None:
    """Show one snippet: its text, what it is worth, why it is there, and where it is used."""
    with database().session() as session:
        versions = stored.show(session, key)
    row = data.listing.by_key[key]
    one, mute = row.version, '<span class="ic-mute">{}</span>'
    worths = data.worth.of(key)
    prompts = "<br>".join(
        f'<a href="{safe(prompt_page(each.task, each.target))}">{safe(each.task)} → {safe(each.target)}</a>'
        for each in data.used.get(key, ())
    )
    facts = {
        "state": safe(snippets.state(one, row.draft)),
        "tags": snippets.tags(one),
        "rules": "<br>".join(map(safe, one.rules)) or mute.format("none"),
        "why": safe(one.rationale) if one.rationale else mute.format("no rationale was given"),
        "in prompts": prompts or mute.format("none released"),
        "written": f"by {safe(one.author)} {when(one.created_at, now())}; {count(len(versions), 'version')}",
    }
    if row.rejection is not None:
        facts["rejected"] = f"{safe(row.rejection.reason)} ({safe(row.rejection.by)})"
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items())
    head = (
        f'<b class="ic-mono"><a href="{safe(snippet_page(key))}">{safe(key)}</a></b> '
        f'<span class="ic-mute">v{one.version}</span> <a href="{safe(snippet_page(key))}">Open its page</a>'
    )
    known = snippets.worth_table(worths) if worths else mute.format(snippets.NO_RUN)
    html(
        f'<div class="ic ic-open"><div class="ic-head">{head}</div>'
        f'<p class="ic-story ic-verbatim">{safe(one.text)}</p>{_smuggles(one)}'
        f'<dl class="ic-facts">{rows}</dl><hr class="ic-rule">{known}</div>'
    )


def _smuggles(one: SnippetVersion) -> str:
    """Return what lint finds in a draft that two people have to vet, as HTML; empty where one is enough."""
    found = smuggled(one.text) if one.state == "draft" else ()
    why = "; ".join(safe(each.what) for each in found)
    return f'<p class="ic-next"><b>Two people have to vet it</b>it {why}.</p>' if found else ""
