"""Drafts that were rejected: the same text can't come back unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from library import log
from library.tables import SnippetRow, SnippetVersionRow

ACTIONS = ("rejected", "undone")
"""What the log calls turning a draft down, and taking back the writing of one."""


@dataclass(frozen=True)
class Rejection:
    """Who turned a draft down, when and why; `sha256` is that of its text."""

    id: int
    key: str
    version: int
    text: str
    sha256: str
    reason: str
    by: str
    at: datetime


def rejections(session: Session) -> Mapping[str, Rejection]:
    """Return the drafts that were rejected, by the sha256 of their texts; of one text the newest counts."""
    query = (
        select(SnippetVersionRow, SnippetRow.key)
        .join(SnippetRow)
        .where(SnippetVersionRow.state == "rejected")
        .order_by(col(SnippetVersionRow.id))
    )
    rows = session.exec(query).all()
    if not rows:
        return {}
    entries = {
        (entry.subject.partition(":")[2], number): entry
        for entry in log.entries(session, only=log.LogFilter(kind="snippet", actions=ACTIONS))
        for number in _numbers(entry)
    }
    found = {}
    for row, key in rows:
        entry = entries[key, row.version]
        found[row.sha256] = Rejection(
            row.id or 0, key, row.version, row.text, row.sha256, entry.why, entry.who, entry.at
        )
    return found


def _numbers(entry: log.LogEntry) -> tuple[int, ...]:
    """Return which versions of its snippet an entry left rejected, by their numbers."""
    return tuple(one["version"] for one in entry.detail.get("versions", ()) if one.get("now") == "rejected")
