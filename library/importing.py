"""Importing a library file: planned first, then stored whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlmodel import Session, select

from library import log
from library.canonical import text_digest
from library.database import lock_for_writing
from library.errors import Refused
from library.feasibility import Links
from library.file import read_entries
from library.import_plan import ImportPlan, PlannedSnippet, planned
from library.people import require
from library.snippets import newest_versions
from library.tables import SnippetRow, SnippetVersionRow
from library.versions import SnippetVersion


def plan_import(session: Session, path: Path) -> ImportPlan:
    """Tell what importing a library file would do, and write nothing.

    Raises Refused listing every problem of the file with line and field.
    """
    current = {row.key: row for row in newest_versions(session)}
    plans: dict[str, list[PlannedSnippet]] = {"added": [], "changed": [], "promoted": [], "unchanged": []}
    for entry in read_entries(path, {key: _links(row) for key, row in current.items()}):
        kind, one = planned(entry, current.get(entry.key))
        plans[kind].append(one)
    return ImportPlan(**{kind: tuple(each) for kind, each in plans.items()})


def import_file(
    session: Session, path: Path, *, by: str, at: datetime, expected: ImportPlan | None = None
) -> ImportPlan:
    """Store a library file, whole or not at all, with one log entry per snippet that changes.

    `at` is aware; `expected` is the plan a person agreed to. Raises Refused for a bad file, and if
    file or library changed since that plan was made.
    """
    lock_for_writing(session)
    require(session, by, "curator", "admin")
    plan = plan_import(session, path)
    if expected is not None and plan != expected:
        raise Refused("the file or the library changed meanwhile", where=str(path), fix="Look at the plan again.")
    ids = {row.key: cast(int, row.id) for row in session.exec(select(SnippetRow))}
    for one in (*plan.added, *plan.changed):
        if one.key not in ids:
            row = SnippetRow(key=one.key)
            session.add(row)
            session.flush()  # one by one, so that ids keep the order of the file
            ids[one.key] = cast(int, row.id)
        session.add(_new_version(one, ids[one.key], by, at))
    for one in plan.promoted:
        _stored(session, one).state = one.state
    session.flush()
    for action, each in _changes(plan):
        _log(session, action, each, path, by, at)
    return plan


def _links(snippet: SnippetVersion) -> Links:
    return Links(snippet.group, frozenset(snippet.requires), frozenset(snippet.conflicts))


def _new_version(one: PlannedSnippet, snippet_id: int, by: str, at: datetime) -> SnippetVersionRow:
    entry = one.entry
    return SnippetVersionRow(
        snippet_id=snippet_id,
        version=one.version,
        text=entry.text,
        sha256=text_digest(entry.text),
        state=one.state,
        tags=list(entry.tags),
        grp=entry.group,
        requires=list(entry.requires),
        conflicts=list(entry.conflicts),
        pin=entry.pin,
        rationale=entry.rationale,
        author=by,
        created_at=at,
    )


def _stored(session: Session, one: PlannedSnippet) -> SnippetVersionRow:
    query = select(SnippetVersionRow).join(SnippetRow)
    return session.exec(query.where(SnippetRow.key == one.key, SnippetVersionRow.version == one.version)).one()


def _changes(plan: ImportPlan) -> Iterator[tuple[str, PlannedSnippet]]:
    for action, snippets in (("added", plan.added), ("changed", plan.changed), ("vetted", plan.promoted)):
        for each in snippets:
            yield action, each


def _log(session: Session, action: str, one: PlannedSnippet, path: Path, by: str, at: datetime) -> None:
    log.append(
        session,
        who=by,
        action=action,
        subject=f"snippet:{one.key}",
        why=one.entry.rationale or f"import of {path.name}",
        detail={
            "file": path.name,
            "version": one.version,
            "state": one.state,
            "sha256": text_digest(one.text),
            **({"changes": one.note} if action == "changed" and one.note else {}),
        },
        at=at,
    )
