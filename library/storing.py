"""Storing versions of snippets, as they were planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from library.canonical import text_digest
from library.import_plan import PlannedSnippet
from library.names import check_apart
from library.tables import SnippetRow, SnippetVersionRow, insert_all


def store_versions(session: Session, new: Sequence[PlannedSnippet], by: str, at: datetime) -> None:
    """Insert versions, and the names of new snippets in the order of the file, which their ids keep."""
    if not new:
        return
    ids = _snippet_ids(session)
    check_apart("snippet", (one.key for one in new if one.key not in ids), ids)
    insert_all(session, SnippetRow, [{"key": one.key} for one in new if one.key not in ids])
    ids = _snippet_ids(session)
    insert_all(session, SnippetVersionRow, (_version_columns(one, ids[one.key], by, at) for one in new))


def _snippet_ids(session: Session) -> dict[str, int | None]:
    return dict(session.exec(select(SnippetRow.key, SnippetRow.id)).all())


def _version_columns(one: PlannedSnippet, snippet_id: int | None, by: str, at: datetime) -> dict[str, Any]:
    entry = one.entry
    return {
        "snippet_id": snippet_id,
        "version": one.version,
        "text": entry.text,
        "sha256": text_digest(entry.text),
        "state": one.state,
        "tags": list(entry.tags),
        "grp": entry.group,
        "requires": list(entry.requires),
        "conflicts": list(entry.conflicts),
        "pin": entry.pin,
        "rationale": entry.rationale,
        "author": by,
        "created_at": at,
    }
