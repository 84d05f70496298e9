"""The history of one task and target: its releases as rows of a table, and as a file to download."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from composer.activity.addresses import candidate_page
from composer.evaluation.formatting import NAMES
from composer.release.history import HistoryEntry
from ui.components.metrics import gain, pair
from ui.shell import html
from ui.shell.csv_text import as_csv
from ui.shell.html import safe, when


def table(past: Sequence[HistoryEntry], at: datetime) -> str:
    """Return releases, newest first, as an HTML table; the first is the one in use."""
    rows = [
        f"<tr{'' if place else ' class=ic-here'}>"
        f'<td class="ic-nowrap">release {one.release.id} {mark(one, place)}</td>'
        f'<td class="ic-nowrap"><a href="{candidate_page(one.release.candidate_id)}">'
        f"candidate {one.release.candidate_id}</a></td>"
        f'<td><span class="ic-nowrap">{safe(NAMES[one.figure.name])} {pair(one.figure)}</span>'
        f"<br>{gain(one.figure)}</td>"
        f'<td class="ic-nowrap">{safe(one.release.released_by)}</td>'
        f'<td class="ic-wide ic-verbatim">{safe(one.release.reason)}</td>'
        f'<td class="ic-mute">{when(one.release.released_at, at)}</td></tr>'
        for place, one in enumerate(past)
    ]
    return html.table(("release", "from", "figure, at its review", "by", "reason", "when"), rows)


def mark(one: HistoryEntry, place: int) -> str:
    """Return how a release came about and how it ended, where that isn't plain, as HTML."""
    notes = [f"rollback to release {one.again}"] if one.again is not None else []
    notes += [f"rolled back by release {one.undone_by}"] if one.undone_by is not None else []
    tag = "" if place else '<span class="ic-tag ic-blue">now</span>'
    return f'{tag}<div class="ic-mute ic-small">{"<br>".join(notes)}</div>'


def csv(past: Sequence[HistoryEntry]) -> bytes:
    """Return the history of a task on a target for a spreadsheet or script."""
    lines = [
        {
            "release": one.release.id,
            "candidate": one.release.candidate_id,
            "metric": one.figure.name,
            "before": one.figure.incumbent,
            "after": one.figure.candidate,
            "difference": one.figure.difference,
            "low": one.figure.low,
            "high": one.figure.high,
            "by": one.release.released_by,
            "reason": one.release.reason,
            "when": one.release.released_at.isoformat(),
            "rollback to": one.again,
            "rolled back by": one.undone_by,
        }
        for one in past
    ]
    return as_csv(pd.DataFrame(lines).astype({"rollback to": "Int64", "rolled back by": "Int64"}))
