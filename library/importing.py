"""Importing a library file: planned first, then stored whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from library import log
from library.canonical import text_digest
from library.database import lock_for_writing
from library.errors import Refused
from library.file import SnippetFile, read_file
from library.import_plan import ImportPlan, PlannedSnippet, links_of, planned
from library.people import require
from library.retiring import retire_keys
from library.snippets import newest_versions, version_rows
from library.tables import SnippetRow, SnippetVersionRow, insert_all
from library.versions import SnippetVersion


def plan_import(session: Session, file: Path | SnippetFile) -> ImportPlan:
    """Return what importing a library file would do, and write nothing.

    Raises Refused listing every problem of the file with line and field.
    """
    return _plan(_read(file), newest_versions(session))


def import_file(
    session: Session, file: Path | SnippetFile, *, by: str, at: datetime, expected: ImportPlan | None = None
) -> ImportPlan:
    """Store a library file, whole or not at all, with one log entry per snippet that changes.

    `at` is aware; `expected` is the plan a person agreed to. Raises Refused for a bad file, and if
    file or library changed since that plan was made.
    """
    lock_for_writing(session)
    require(session, by, "curator", "admin")
    found, current = _read(file), newest_versions(session)
    plan = _plan(found, current)
    if expected is not None and plan != expected:
        where = str(found.path)
        raise Refused("the file or the library changed meanwhile", where=where, fix="Look at the plan again.")
    store_versions(session, (*plan.added, *plan.changed), by, at)
    for row in version_rows(session, [current[one.key].id for one in plan.promoted]):
        row.state = "vetted"
    session.flush()
    log.append_all(session, _log_entries(plan, found.path), who=by, at=at)
    if plan.retired:
        retire_keys(session, {one.key: _why(one, found.path) for one in plan.retired}, by=by, at=at)
    return plan


def _read(file: Path | SnippetFile) -> SnippetFile:
    return file if isinstance(file, SnippetFile) else read_file(file)


def _plan(file: SnippetFile, current: Mapping[str, SnippetVersion]) -> ImportPlan:
    plans: dict[str, list[PlannedSnippet]] = {field.name: [] for field in fields(ImportPlan)}
    for entry in file.entries({key: links_of(row) for key, row in current.items()}):
        kind, one = planned(entry, current.get(entry.key))
        plans[kind].append(one)
    return ImportPlan(**{kind: tuple(each) for kind, each in plans.items()})


def store_versions(session: Session, new: Sequence[PlannedSnippet], by: str, at: datetime) -> None:
    """Insert versions, and the names of new snippets in the order of the file, which their ids keep."""
    if not new:
        return
    ids = _snippet_ids(session)
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


def _log_entries(plan: ImportPlan, path: Path) -> Iterator[log.Change]:
    for action, snippets in (("added", plan.added), ("changed", plan.changed), ("vetted", plan.promoted)):
        for one in snippets:
            detail = {
                "file": path.name,
                "version": one.version,
                "state": one.state,
                "sha256": text_digest(one.text),
                **({"changes": one.note} if action == "changed" and one.note else {}),
            }
            yield log.Change(action, f"snippet:{one.key}", _why(one, path), detail)


def _why(one: PlannedSnippet, path: Path) -> str:
    return one.entry.rationale or f"import of {path.name}"
