"""Importing a library file: planned first, then stored whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from library import log
from library.canonical import text_digest
from library.database import lock_for_writing
from library.errors import Refused
from library.feasibility import Links
from library.file import SnippetFile, read_file
from library.import_plan import Conditions, ImportPlan, PlannedSnippet, links_of, planned
from library.people import require, someone
from library.rejections import rejections
from library.retiring import retire_keys
from library.roles import KEEPERS
from library.snippets import current_versions, version_rows
from library.storing import store_versions
from library.versions import Current
from library.vetting import alone_allowed, vetting_obstacles

_NO_LINKS = Links()


def plan_import(session: Session, file: Path | SnippetFile, *, by: str) -> ImportPlan:
    """Return what importing a library file would do if `by` did it, and write nothing.

    Raises Refused listing every problem of the file with line and field.
    """
    current = current_versions(session)
    return _plan(_read(file), current, _conditions(session, current, by))


def import_file(
    session: Session,
    file: Path | SnippetFile,
    *,
    by: str,
    at: datetime,
    expected: ImportPlan | None = None,
    shipped: bool = False,
) -> ImportPlan:
    """Store a library file, whole or not at all, with one log entry per snippet that changes.

    `at` is aware; `expected` is the plan a person agreed to. What is vetted by the file is a draft where somebody
    else than who brings it has to vet it, or two people, unless it is `shipped` with the product. Raises Refused
    for a bad file, and if file or library changed since that plan was made.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    found, current = _read(file), current_versions(session)
    plan = _plan(found, current, Conditions(trusted=True) if shipped else _conditions(session, current, by))
    if expected is not None and plan != expected:
        where = str(found.path)
        raise Refused("the file or the library changed meanwhile", where=where, fix="Look at the plan again.")
    store_versions(session, (*plan.added, *plan.changed), by, at)
    drafts = [one.draft for one in (current[each.key] for each in plan.promoted) if one.draft is not None]
    for row in version_rows(session, [one.id for one in drafts]):
        row.state = "vetted"
    session.flush()
    log.append_all(session, _log_entries(plan, found.path), who=by, at=at)
    if plan.retired:
        retire_keys(session, {one.key: _why(one, found.path) for one in plan.retired}, by=by, at=at)
    return plan


def _read(file: Path | SnippetFile) -> SnippetFile:
    return file if isinstance(file, SnippetFile) else read_file(file)


def _conditions(session: Session, current: Mapping[str, Current], by: str) -> Conditions:
    turned_down = rejections(session)
    if alone_allowed(session):
        return Conditions(rejected=turned_down)
    drafts = [one.draft for one in current.values() if one.draft is not None]
    return Conditions(False, vetting_obstacles(session, drafts, someone(session, by)), turned_down)


def _plan(file: SnippetFile, current: Mapping[str, Current], conditions: Conditions) -> ImportPlan:
    plans: dict[str, list[PlannedSnippet]] = {field.name: [] for field in fields(ImportPlan)}
    for entry in file.entries({key: _links(one) for key, one in current.items()}):
        kind, one = planned(entry, current.get(entry.key), conditions)
        plans[kind].append(one)
    return ImportPlan(**{kind: tuple(each) for kind, each in plans.items()})


def _links(one: Current) -> Links:
    return _NO_LINKS if one.counting is None else links_of(one.counting)


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
