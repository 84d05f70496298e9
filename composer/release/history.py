"""What was released for one task on one target, and what making another prompt current would replace."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from composer.candidates.records import CandidateSummary, get_candidate_summary, list_candidates
from composer.evaluation.outcomes import Difference
from composer.models.system_role import SystemRole
from composer.prompts.changes import Change, prompt_changes
from composer.prompts.composition import BARE_BASE, Composition
from composer.prompts.parts import Parts
from composer.registry.bases import named_alike
from composer.registry.releases import (
    Release,
    composition_of,
    current_release,
    current_releases,
    get_release,
    list_releases,
    measured_composition,
    parts_in_use,
)
from composer.registry.targets import system_role_of
from composer.registry.tasks import get_task, get_task_version
from composer.review.blockers import Blocker
from composer.review.staleness import evidence_changes, withdrawn
from composer.review.status import review_status
from composer.task.task import Task
from library.errors import Refused
from library.roles import Person


@dataclass(frozen=True)
class CurrentRelease:
    """What is released for one task on one target, and what has changed under it since."""

    release: Release
    figure: Difference
    stale: tuple[str, ...]


def current_prompts(session: Session) -> dict[tuple[str, str], CurrentRelease]:
    """Return what is released now, by (task, target)."""
    squares: dict[tuple[str, str], CurrentRelease] = {}
    for place, release in current_releases(session).items():
        head = get_candidate_summary(session, release.candidate_id)
        squares[place] = CurrentRelease(release, head.figures[0], _stale(session, head))
    return squares


@dataclass(frozen=True)
class HistoryEntry:
    """One release in the history of its place.

    `again` is the earlier release that it rolled back to, `undone_by` the rollback that took its place.
    """

    release: Release
    figure: Difference
    again: int | None
    undone_by: int | None


def history(session: Session, task: str, target: str) -> tuple[HistoryEntry, ...]:
    """Return what was released for (task, target), newest first."""
    made = list_releases(session, task, target)
    known = {one.id: one for one in list_candidates(session, task=task, target=target)}
    past: list[HistoryEntry] = []
    for place, one in enumerate(made):
        earlier = made[place + 1 :]
        again = next((old.id for old in earlier if old.candidate_id == one.candidate_id), None)
        newer = past[-1] if past else None
        undone_by = newer.release.id if newer and newer.again is not None else None
        past.append(HistoryEntry(one, known[one.candidate_id].figures[0], again, undone_by))
    return tuple(past)


@dataclass(frozen=True)
class ReleasedPrompt:
    """A prompt that was released, or the base without a snippet: `release` and `figure` are None for that one.

    `system` is where the target it was measured on takes the system text.
    """

    name: str
    release: Release | None
    figure: Difference | None
    task: Task
    composition: Composition
    system: SystemRole = "role"


def released_prompt(session: Session, task: str, release_id: int | None) -> ReleasedPrompt:
    """Return a release as it was made current, retired snippets included, or the bare base of the task of now."""
    if release_id is None:
        now = get_task(session, task)
        return ReleasedPrompt(BARE_BASE, None, None, now, measured_composition(session, now, Parts()))
    release = get_release(session, release_id)
    head = get_candidate_summary(session, release.candidate_id)
    then = get_task_version(session, head.outcome.task_hash)
    composition = measured_composition(session, then, release.parts)
    system = system_role_of(session, head.outcome.target_hash)
    return ReleasedPrompt(f"release {release.id}", release, head.figures[0], then, composition, system)


@dataclass(frozen=True)
class Replacement:
    """What making a prompt current does: what is released now (None: the bare base), and what takes its place.

    `before` and `after` are the metric of both; `compared` is whether they were measured against each
    other, on the same examples. Otherwise each is from its own review.
    """

    task: str
    target: str
    now: Release | None
    metric: str
    before: float | None
    after: float | None
    compared: bool
    changes: tuple[Change, ...]

    @property
    def replaced(self) -> str:
        """What stops being current, in words."""
        return f"release {self.now.id}" if self.now else BARE_BASE

    def named(self, *kinds: str) -> tuple[str, ...]:
        """Return what is added, removed, reworded or moved: snippets with their versions, the base."""
        return tuple(one.name for one in self.changes if one.kind in kinds)


def replacement(session: Session, candidate_id: int) -> Replacement:
    """Return what making a candidate's prompt current would replace; raises `Refused` for no candidate."""
    head = get_candidate_summary(session, candidate_id)
    now = current_release(session, head.task, head.target)
    figure = head.figures[0]
    task = get_task_version(session, head.outcome.task_hash)
    compared = named_alike(session, task, head.incumbent_parts) == parts_in_use(session, task, head.target)
    own = get_candidate_summary(session, now.candidate_id).figures[0].candidate if now else None
    return Replacement(
        task=head.task,
        target=head.target,
        now=now,
        metric=figure.name,
        before=figure.incumbent if compared else own,
        after=figure.candidate,
        compared=compared,
        changes=prompt_changes(
            released_prompt(session, head.task, now.id if now else None).composition,
            measured_composition(session, task, head.parts),
        ),
    )


def rollback_blockers(session: Session, release: Release, person: Person) -> tuple[Blocker, ...]:
    """Return all that keeps this person from rolling back to a release; empty where nothing does."""
    head = get_candidate_summary(session, release.candidate_id)
    now = current_release(session, release.task, release.target)
    found = [] if person.for_task(release.task).may("releaser") else [Blocker("not a releaser", who=person.name)]
    if now is not None and now.candidate_id == release.candidate_id:
        found.append(Blocker("current release", number=release.id))
    try:
        found += review_status(session, head).rollback_blockers
        if not found:
            composition_of(session, get_task_version(session, head.outcome.task_hash), release.parts)
    except Refused as refused:
        found.append(Blocker("not readable", what=refused.what))
    return tuple(found)


def _stale(session: Session, head: CandidateSummary) -> tuple[str, ...]:
    try:
        return (*evidence_changes(session, head), *withdrawn(session, head))
    except Refused as refused:
        return (refused.what,)
