"""Undoing acts on snippets, the last first: states go back, and the log keeps both the act and its undoing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.first_vetting import FIRST
from library.people import require
from library.roles import KEEPERS
from library.snippets import version_rows, versions_of
from library.tables import IN_FORCE, UNDOING, LogRow

UNDONE = "undone"
_WRITES = ("drafted", "tagged", "added", "changed")
"""Acts that made a version: undone, it is rejected."""
ACTIONS = (*_WRITES, FIRST, "vetted", "rejected", "retired")
"""What can be undone."""
NAMES = {
    "drafted": "the draft",
    "tagged": "the change of tags",
    "added": "its import",
    "changed": "its import",
    FIRST: "the first yes",
    "vetted": "the vetting",
    "rejected": "the rejection",
    "retired": "the retirement",
}
"""What each act is called after “undo”."""


@dataclass(frozen=True)
class Act:
    """Something that was done to a snippet, by the id of its log entry; `undoable` is whether it is the last."""

    entry: int
    action: str
    key: str
    who: str
    why: str
    at: datetime
    undoable: bool

    @property
    def name(self) -> str:
        """What it is called after “undo”."""
        return NAMES[self.action]


def last_acts(session: Session, *, key: str = "", limit: int = 20) -> tuple[Act, ...]:
    """Return the newest acts on snippets, or on one, that are not undone; of each snippet the newest can be."""
    entries = _entries(session, key, limit=None if key else 20 * limit)
    gone = _undone(entries)
    found: list[Act] = []
    seen: set[str] = set()
    for one in entries:
        if one.action == UNDONE or one.id in gone:
            continue
        name = one.subject.partition(":")[2]
        found.append(Act(one.id, one.action, name, one.who, one.why, one.at, undoable=name not in seen))
        seen.add(name)
    return tuple(found[:limit])


def entries_since(session: Session, newest: int) -> tuple[int, ...]:
    """Return the acts on snippets after an entry of the log, by their ids: what one press of a button did."""
    only = log.LogFilter(kind="snippet", actions=ACTIONS, after=newest)
    return tuple(one.id for one in log.entries(session, only=only))


def undo(session: Session, entry_ids: Sequence[int], *, by: str, at: datetime, reason: str = "") -> str:
    """Undo acts, all or none, and return what was undone in words.

    Raises `Refused` for the role, for an act that isn't known or is undone already, and for one after which
    something else was done to the snippet: that comes first.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    acts = [_entry(session, id) for id in sorted(dict.fromkeys(entry_ids), reverse=True)]
    changes: list[log.Change] = []
    with _going_back(session):
        for act in acts:
            key = act.subject.partition(":")[2]
            _check_last(session, act, key, [each.detail["undoes"] for each in changes])
            moved = _undo(session, act, key)
            detail = {"undoes": act.id, "act": act.action, "versions": moved}
            changes.append(log.Change(UNDONE, act.subject, reason.strip() or f"undid {NAMES[act.action]}", detail))
        session.flush()
    log.append_all(session, changes, who=by, at=at)
    keys = list(dict.fromkeys(act.subject.partition(":")[2] for act in acts))
    what = NAMES[acts[0].action] if acts else "nothing"
    return f"Undone: {what} of {', '.join(keys[:5])}{f' and {len(keys) - 5} more' if len(keys) > 5 else ''}."


def _entries(session: Session, key: str, limit: int | None = None) -> tuple[log.LogEntry, ...]:
    only = log.LogFilter(kind="snippet", actions=(*ACTIONS, UNDONE))
    subject = f"snippet:{key}" if key else None
    return log.entries(session, subject, only, newest_first=True, limit=limit)


def _undone(entries: Sequence[log.LogEntry]) -> set[int]:
    return {one.detail["undoes"] for one in entries if one.action == UNDONE}


def _entry(session: Session, id: int) -> log.LogEntry:
    row = session.exec(select(LogRow).where(LogRow.id == id)).first()
    if row is None or row.action not in ACTIONS:
        raise Refused(f"entry {id} of the log is no act on a snippet that can be undone")
    return log.LogEntry(id, row.at, row.who, row.action, row.subject, row.why, dict(row.detail), row.hash)


def _check_last(session: Session, act: log.LogEntry, key: str, undone_now: Sequence[int]) -> None:
    entries = _entries(session, key)
    gone = _undone(entries) | set(undone_now)
    if act.id in gone:
        raise Refused(f"{NAMES[act.action]} of {key} is undone already")
    last = next(one for one in entries if one.action != UNDONE and one.id not in gone)
    if last.id != act.id:
        raise Refused(
            f"something was done to {key} after that: {last.who} {last.action} it",
            fix=f"Undo {NAMES[last.action]} first.",
        )


def _undo(session: Session, act: log.LogEntry, key: str) -> list[dict[str, Any]]:
    """Set the states of the versions back that an act changed; returns each with what it was and is now."""
    numbers = {one.version: one for one in versions_of(session, [key])[key]}
    now = _states_before(act)
    rows = {row.version: row for row in version_rows(session, [numbers[each].id for each in now])}
    moved = []
    for number, state in now.items():
        was = rows[number].state
        if was in IN_FORCE and state == "rejected":  # which only a draft can become
            rows[number].state = "draft"
        rows[number].state = state
        moved.append({"version": number, "was": was, "now": state})
    session.flush()
    return moved


def _states_before(act: log.LogEntry) -> Mapping[int, str]:
    if act.action == "retired":
        return {one["version"]: one["was"] for one in act.detail["versions"]}
    if act.action == "rejected":
        return {one["version"]: "draft" for one in act.detail["versions"]}
    if act.action == FIRST:
        return {}  # it changed none
    if act.action == "vetted":
        return {act.detail["version"]: "draft"}
    return {act.detail["version"]: "rejected"}


@contextmanager
def _going_back(session: Session) -> Iterator[None]:
    session.info[UNDOING] = True
    try:
        yield
    finally:
        session.info.pop(UNDOING, None)
