"""Entries of the log as a table on a page, and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd

from composer.activity.wording import Subject
from library.canonical import canonical_bytes
from library.log import LogEntry
from ui.shell import html
from ui.shell.csv_text import as_csv
from ui.shell.html import safe, when

MOST_SHOWN = 200
MOST_CHECKED_UNASKED = 2_000
"""Length of a log up to which a page checks the chain each time it is opened: some 0.1 s."""
ON_WIDTH = "clamp(11rem, 27vw, 22rem)"
"""Room for a candidate with its task and target: on one line where the window is wide, else on two."""


def row(entry: LogEntry, subject: Subject, now: datetime) -> str:
    """Return one entry as a table row, as HTML."""
    name = safe(subject.place if subject.kind == "prompt" else subject.words)
    on = f'<a class="ic-nowrap" href="{safe(subject.page)}">{name}</a>' if subject.page else name
    if subject.place and subject.kind != "prompt":
        on = f'{on} <span class="ic-mute ic-small ic-nowrap">{safe(subject.place)}</span>'
    return (
        f'<tr><td class="ic-num ic-mute">{entry.id}</td><td class="ic-mute">{when(entry.at, now)}</td>'
        f'<td class="ic-nowrap">{safe(entry.who)}</td><td>{safe(entry.action)}</td>'
        f'<td style="min-width: {ON_WIDTH}">{on}</td><td class="ic-wide ic-verbatim">{safe(entry.why)}</td></tr>'
    )


def table(entries: Sequence[LogEntry], subjects: Mapping[str, Subject], now: datetime) -> str:
    """Return entries as an HTML table."""
    rows = [row(entry, subjects[entry.subject], now) for entry in entries]
    return html.table(("#no.", "when", "who", "what", "on", "why"), rows)


def csv(entries: Sequence[LogEntry]) -> bytes:
    """Return entries for a spreadsheet or script: all there is of each, its hash included."""
    columns = ("id", "at", "who", "action", "subject", "why", "detail", "hash")
    rows = [
        (e.id, e.at.isoformat(), e.who, e.action, e.subject, e.why, canonical_bytes(e.detail).decode(), e.hash)
        for e in entries
    ]
    return as_csv(pd.DataFrame(rows, columns=list(columns)))
