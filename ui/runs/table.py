"""All runs as a table on a page."""

from __future__ import annotations

from collections.abc import Sequence

from composer.activity.addresses import candidate_page, run_page
from composer.home.processes import FINISHED
from composer.runs.records import RunSummary
from ui.runs.state import found_how, mark
from ui.shell import html
from ui.shell.context import now
from ui.shell.html import safe, when


def table(runs: Sequence[tuple[RunSummary, str]], here: int | None) -> str:
    """Return runs with their states as an HTML table; `here` is the run that the link names."""
    heads = ("#run", "task → target", "state", "#asked", "#paid", "#budget", "strategy", "outcome", "entered")
    return html.table(heads, [_row(run, state, run.id == here) for run, state in runs])


def _row(run: RunSummary, state: str, here: bool) -> str:
    budget = f"{run.budget:,}" if run.budget else "—"
    link = f'<a href="{run_page(run.id)}">'
    return (
        f'<tr class="{"ic-here" if here else ""}"><td class="ic-num">{link}{run.id}</a></td>'
        f'<td class="ic-nowrap">{link}{safe(run.task)} → {safe(run.target)}</a></td>'
        f'<td>{mark(state)}</td><td class="ic-num">{run.counts.asked:,}</td>'
        f'<td class="ic-num">{run.counts.paid:,}</td><td class="ic-num">{budget}</td>'
        f'<td class="ic-nowrap">{safe(found_how(run))}</td>'
        f'<td class="ic-nowrap">{_outcome(run, state)}</td>'
        f'<td class="ic-mute">{when(run.created_at, now())}</td></tr>'
    )


def _outcome(run: RunSummary, state: str) -> str:
    found = run.candidate_id
    if found is not None:
        past = ", not let through" if run.result and run.result.let_through is False else ""
        return f'<a href="{candidate_page(found)}">candidate {found}</a>{past}'
    return '<span class="ic-mute">no candidate</span>' if state == FINISHED else ""
