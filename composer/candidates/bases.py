"""Storing a whole prompt that somebody proposes as another base of a task; it is vetted with its candidate."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from composer.candidates.records import PROPOSERS
from composer.registry.bases import find_base
from composer.tables import BaseRow
from composer.task.task import Task
from composer.task.template import checked_base
from library import log
from library.canonical import text_digest
from library.people import require


def keep_base(session: Session, task: Task, text: str, *, by: str, at: datetime, note: str = "") -> int | None:
    """Store a base where it is new, and return its number; None where it is the task's own. Raises for the role.

    The text must be as `checked_base` returns it; `note` says where it came from.
    """
    require(session, by, *PROPOSERS, task=task.name)
    if text == task.base:
        return None
    known = find_base(session, task, text)
    if known is not None:
        return known
    if checked_base(text) != text:
        raise ValueError("a base is stored as it was checked")
    row = BaseRow(task=task.name, text=text, sha256=text_digest(text), added_by=by, added_at=at, note=note)
    session.add(row)
    session.flush()
    log.append(
        session,
        who=by,
        action="base proposed",
        subject=f"base:{row.id}",
        why=note,
        detail={"task": task.name, "sha256": row.sha256},
        at=at,
    )
    return row.id
