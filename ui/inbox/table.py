"""Candidates as the Inbox lists them: rows of a table, a file to download, and which fit a filter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from composer.activity.addresses import candidate_page
from composer.evaluation.formatting import NAMES
from composer.review.blockers import joined
from composer.review.inbox import Entry, pending_actions
from composer.review.status import ReviewStatus
from library.roles import Person
from ui.components.metrics import gain, pair
from ui.components.state_tag import state_tag
from ui.shell import html
from ui.shell.csv_text import as_csv
from ui.shell.html import safe, when


def row(entry: Entry, person: Person, at: datetime) -> str:
    """Return one candidate as a table row, as HTML."""
    link = f'<a href="{candidate_page(entry.candidate_id)}">'
    made_of = " · ".join((", ".join(entry.made_of) or "no snippet", f"by {entry.proposed_by}"))
    name = (
        f"{link}{safe(entry.task)} → {safe(entry.target)}</a><div class='ic-mute ic-small'>{safe(made_of)}</div>"
    )
    start = f'<td class="ic-num ic-mute">{entry.candidate_id}</td><td>{name}</td>'
    age = f'<td class="ic-mute">{when(entry.created_at, at)}</td>'
    if entry.status is None:
        return (
            f'<tr>{start}<td colspan="3" class="ic-mute">{safe(entry.problem)}</td>'
            f"<td>{state_tag(entry.state)}</td>{age}</tr>"
        )
    metric = entry.status.candidate.figures[0]
    # What is released stays so, whatever changes under it.
    changed = entry.status.stale and entry.state == "released"
    stale = f' <span title="{safe("; ".join(entry.status.stale))}">{state_tag("stale")}</span>' if changed else ""
    return (
        f'<tr>{start}<td class="ic-nowrap">{safe(NAMES[metric.name])} {pair(metric)}<br>{gain(metric)}</td>'
        f'<td class="ic-nowrap">{gates(entry.status)}</td>'
        f"<td>{waits(entry.status, person)}</td><td>{state_tag(entry.state)}{stale}</td>{age}</tr>"
    )


def gates(status: ReviewStatus) -> str:
    """Return how many gates pass, as HTML; those that fail show on hover."""
    found = status.candidate.gates
    failing = [gate.name if gate.binding else f"{gate.name} (advisory)" for gate in found if not gate.passed]
    held_up = bool(status.candidate.failing_gates)
    tone, sign = ("worse", "✗") if held_up else ("better", "✓")
    title = f"fails: {', '.join(failing)}" if failing else "all pass"
    return (
        f'<span title="{safe(title)}"><span class="ic-{tone}">{sign}</span> '
        f"{len(found) - len(failing)} of {len(found)}</span>"
    )


def waits(status: ReviewStatus, person: Person) -> str:
    """Return who and what a candidate waits for, as HTML; all that blocks it shows on hover."""
    pending = pending_actions(status, person)
    if not pending:
        return '<span class="ic-mute">—</span>'
    first, rest = pending[0], pending[1:]
    whole = "; ".join(status.stale) or joined(status.release_blockers)
    weight = f"<b>{safe(first)}</b>" if first.startswith("you") else safe(first)
    more = f'<div class="ic-mute ic-small">{safe(" · ".join(rest))}</div>' if rest else ""
    return f'<span title="{safe(whole)}">{weight}</span>{more}'


def table(entries: Sequence[Entry], person: Person, at: datetime) -> str:
    """Return the candidates as an HTML table, as this person reads it at this time."""
    heads = (
        "#no.",
        "task → target",
        "gain, 95% interval",
        "gates",
        "waits for",
        "state",
        "age",
    )
    return html.table(heads, [row(entry, person, at) for entry in entries])


def csv(entries: Sequence[Entry], person: Person) -> bytes:
    """Return the rows shown for a spreadsheet or script; figures are left empty where they can't be read."""
    lines = []
    for one in entries:
        line = {
            "candidate": one.candidate_id,
            "task": one.task,
            "target": one.target,
            "state": one.state,
            "proposed by": one.proposed_by,
            "created": one.created_at.isoformat(),
            "snippets": " ".join(one.keys),
            "problem": one.problem,
        }
        if one.status is not None:
            metric, found = one.status.candidate.figures[0], one.status.candidate.gates
            line |= {
                "metric": metric.name,
                "before": metric.incumbent,
                "after": metric.candidate,
                "difference": metric.difference,
                "low": metric.low,
                "high": metric.high,
                "gates": len(found),
                "gates passed": sum(gate.passed for gate in found),
                "approvals": len(one.status.approvals),
                "approvals needed": one.status.approvals_needed,
                "waits for": "; ".join(pending_actions(one.status, person)),
            }
        lines.append(line)
    return as_csv(pd.DataFrame(lines))


def fits(entry: Entry, wanted: str) -> bool:
    """Whether a candidate has every word of the filter in its place, state, number, proposer, base or snippets."""
    parts = (entry.candidate_id, entry.task, entry.target, entry.state, entry.proposed_by, *entry.made_of)
    text = " ".join(str(part) for part in parts).lower()
    return all(word in text for word in wanted.lower().split())
