"""What pages show of snippets alike: their state, their tags, and what they are worth."""

from __future__ import annotations

from collections.abc import Iterable

from composer.activity.addresses import run_page
from composer.curation.worth import Worth
from library.versions import SnippetVersion
from ui.components.metrics import gain
from ui.shell.html import count, safe, table

MARKS = {"vetted": "● vetted", "draft": "○ draft", "retired": "× retired", "rejected": "⊘ rejected"}
"""Each state of a snippet with its mark."""
SEARCH_ESTIMATE = "on the development examples that a search chose by: expect less on new ones"
NO_RUN = "No finished run could use it yet."


def state(one: SnippetVersion, draft: int | None = None) -> str:
    """Return the state of a snippet with its mark, and that a newer draft waits, where one does."""
    return MARKS[one.state] + (f" · draft v{draft} waits" if draft else "")


def tags(one: SnippetVersion) -> str:
    """Return the tags of a version as HTML."""
    shown = " ".join(f'<span class="ic-tag">{safe(tag)}</span>' for tag in one.tags)
    return shown or '<span class="ic-mute">no tag</span>'


def worth_table(each: Iterable[Worth]) -> str:
    """Return what a snippet is worth for each task and target, as an HTML table."""
    return table(("task → target", "effect, 95% interval", "from", "picked"), [_row(one) for one in each])


def effect(one: Worth) -> str:
    """Return an effect with its interval as HTML; where none is known, why."""
    if one.effect is None:
        return f'<span class="ic-mute">not tried in {count(one.could, "run")} that could</span>'
    older = (
        f' <span class="ic-tag ic-orange" title="another wording is in force">as of v{one.version}</span>'
        if one.outdated
        else ""
    )
    return f'<span title="{SEARCH_ESTIMATE}">{gain(one.effect)}</span>{older}'


def runs(numbers: Iterable[int]) -> str:
    """Return runs as links, as HTML."""
    return ", ".join(f'<a href="{safe(run_page(one))}">{one}</a>' for one in numbers)


def _row(one: Worth) -> str:
    tried = f"{count(one.answers, 'answer')} in {count(one.tried, 'run')}"
    newest = (
        f'<a href="{safe(run_page(one.run))}">run {one.run}</a>' if one.run else '<span class="ic-mute">—</span>'
    )
    source = f'{newest} <span class="ic-mute ic-small ic-nowrap">{tried}</span>' if one.run else newest
    picks = f"by run {runs(one.picked)}" if one.picked else f'<span class="ic-mute">by none of {one.could}</span>'
    return (
        f"<tr><td>{safe(one.task)} → {safe(one.target)}</td><td>{effect(one)}</td>"
        f"<td>{source}</td><td>{picks}</td></tr>"
    )
