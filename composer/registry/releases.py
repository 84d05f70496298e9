"""What is released: for each task and target the newest release, rolled back to or freshly approved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from composer.prompts.composition import Composition
from composer.prompts.parts import Parts
from composer.registry.bases import named_alike, text_of_base
from composer.registry.usable import usable
from composer.tables import ReleaseRow
from composer.task.task import Task
from library import snippets
from library.errors import Refused


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
    base: int | None = None

    @property
    def parts(self) -> Parts:
        """What its composition is made of."""
        return Parts(self.base, self.versions)


def list_releases(session: Session, task: str | None = None, target: str | None = None) -> tuple[Release, ...]:
    """Return releases, newest first, of one task or target where given."""
    query = select(ReleaseRow).order_by(col(ReleaseRow.id).desc())
    if task is not None:
        query = query.where(ReleaseRow.task == task)
    if target is not None:
        query = query.where(ReleaseRow.target == target)
    return tuple(of_row(row) for row in session.exec(query))


def current_releases(session: Session, task: str | None = None) -> dict[tuple[str, str], Release]:
    """Return what is released now, of one task where given, by task and target; the newest release first."""
    found: dict[tuple[str, str], Release] = {}
    for release in list_releases(session, task):
        found.setdefault((release.task, release.target), release)
    return found


def current_release(session: Session, task: str, target: str) -> Release | None:
    """Return what is released now for (task, target), or None."""
    query = select(ReleaseRow).where(ReleaseRow.task == task, ReleaseRow.target == target)
    row = session.exec(query.order_by(col(ReleaseRow.id).desc()).limit(1)).first()
    return of_row(row) if row else None


def release_of(session: Session, candidate_id: int) -> Release | None:
    """Return the newest release of a candidate, or None."""
    query = select(ReleaseRow).where(ReleaseRow.candidate_id == candidate_id)
    row = session.exec(query.order_by(col(ReleaseRow.id).desc()).limit(1)).first()
    return of_row(row) if row else None


def incumbent_of(session: Session, task: Task, target: str) -> Composition:
    """Return the composition released now for (task, target); the task's bare base where nothing is.

    A release with a base of its own keeps it, whatever becomes of the task's. What the task may not use any more,
    since it was retired or lost its tags, is left out: no prompt may hold it.
    Raises `UnvettedText` where a row was tampered with.
    """
    now = parts_in_use(session, task, target)
    return composition_of(session, task, replace(now, versions=usable(session, task, now.versions)))


def parts_in_use(session: Session, task: Task, target: str) -> Parts:
    """Return what is released now for (task, target), also what may not be used any more."""
    release = current_release(session, task.name, target)
    return named_alike(session, task, release.parts) if release else Parts()


def composition_of(session: Session, task: Task, parts: Parts) -> Composition:
    """Compose rows again, checking each against the text it was vetted as."""
    base = text_of_base(session, task, parts.base)
    return Composition(base, snippets.versions(session, parts.versions))


def measured_composition(session: Session, task: Task, parts: Parts) -> Composition:
    """Compose rows as they were when measured, snippets retired since included: to show, not to release."""
    found = snippets.versions(session, parts.versions)
    base = text_of_base(session, task, parts.base)
    return Composition(base, tuple(replace(one, state="vetted") for one in found))


def get_release(session: Session, release_id: int) -> Release:
    """Return one release; raises `Refused` where there is none of this id."""
    row = session.get(ReleaseRow, release_id)
    if row is None:
        raise Refused(f"there is no release {release_id}", fix="The Prompts page lists those there are.")
    return of_row(row)


def of_row(row: ReleaseRow) -> Release:
    """Return the release that a stored row holds."""
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
        row.base,
    )


def used_in(session: Session) -> dict[str, tuple[Release, ...]]:
    """Return for each snippet key the current releases that hold it."""
    used: dict[str, tuple[Release, ...]] = {}
    for release in current_releases(session).values():
        for one in snippets.versions(session, release.versions):
            used[one.key] = (*used.get(one.key, ()), release)
    return used


def on_another_base(session: Session, task: str) -> tuple[Release, ...]:
    """Return the current releases of a task that have a base of their own: an edit of its file leaves them be."""
    newest = reversed(current_releases(session, task).values())
    return tuple(release for release in newest if release.base is not None)
