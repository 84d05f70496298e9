"""What is released: for each task and target the newest release, rolled back to or freshly approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from composer.composition import Composition
from composer.tables import ReleaseRow
from composer.task import Task
from library import log
from library.snippets import version


@dataclass(frozen=True)
class Release:
    """A candidate made current for (task, target)."""

    id: int
    candidate_id: int
    task: str
    target: str
    versions: tuple[int, ...]
    released_by: str
    reason: str
    released_at: datetime


def releases(session: Session, task: str | None = None, target: str | None = None) -> tuple[Release, ...]:
    """Return releases, newest first, of one task or target where given."""
    query = select(ReleaseRow).order_by(col(ReleaseRow.id).desc())
    if task is not None:
        query = query.where(ReleaseRow.task == task)
    if target is not None:
        query = query.where(ReleaseRow.target == target)
    return tuple(_release(row) for row in session.exec(query))


def current_release(session: Session, task: str, target: str) -> Release | None:
    """Return what is released now for (task, target), or None."""
    return next(iter(releases(session, task, target)), None)


def incumbent_of(session: Session, task: Task, target: str) -> Composition:
    """Return the composition released now for (task, target); the bare base where nothing is.

    Raises `UnvettedText` where a released snippet is no longer vetted or a row was tampered with.
    """
    release = current_release(session, task.name, target)
    return composition_of(session, task, release.versions if release else ())


def composition_of(session: Session, task: Task, versions: Sequence[int]) -> Composition:
    """Compose version rows anew, checking each against the text it was vetted as."""
    return Composition(task.base, tuple(version(session, one) for one in versions))


def measured_composition(session: Session, task: Task, versions: Sequence[int]) -> Composition:
    """Compose version rows as they were when measured, those retired since included: to show, not to release."""
    return Composition(task.base, tuple(replace(version(session, one), state="vetted") for one in versions))


def add_release(
    session: Session,
    *,
    candidate_id: int,
    task: str,
    target: str,
    versions: Sequence[int],
    by: str,
    reason: str,
    at: datetime,
) -> Release:
    """Make a candidate's composition current for (task, target). Only `review` decides whether it may be."""
    replaced = current_release(session, task, target)
    row = ReleaseRow(
        candidate_id=candidate_id,
        task=task,
        target=target,
        versions=list(versions),
        released_by=by,
        reason=reason,
        released_at=at,
    )
    session.add(row)
    session.flush()
    log.append(
        session,
        who=by,
        action="released",
        subject=f"release:{row.id}",
        why=reason,
        detail={
            "candidate": candidate_id,
            "task": task,
            "target": target,
            "replaces": replaced.id if replaced else None,
        },
        at=at,
    )
    return _release(row)


def _release(row: ReleaseRow) -> Release:
    assert row.id is not None
    return Release(
        row.id,
        row.candidate_id,
        row.task,
        row.target,
        tuple(row.versions),
        row.released_by,
        row.reason,
        row.released_at,
    )
