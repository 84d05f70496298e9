"""Choosing the anchors of a task: once, by a hash, for good."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from composer.candidates.records import get_candidate_summary
from composer.registry.anchors import Anchors, anchors_of
from composer.registry.datasets import dataset_of, examples_of, ids_of
from composer.registry.releases import current_releases
from composer.tables import AnchorRow
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require
from library.roles import KEEPERS

SHARE = 0.2
"""Share of a task's sealed examples that become anchors."""
FEWEST, MOST = 10, 200
"""Anchors that there are at least, as long as half of the sealed examples are left, and at most."""


def choose_anchors(session: Session, task: str, *, by: str, at: datetime) -> Anchors:
    """Set sealed examples of a task apart for good and return them, or those that were chosen before.

    Raises `Refused` for the role, and where nothing of the task is released or has been sealed.
    """
    lock_for_writing(session)
    if known := anchors_of(session, task):
        return known
    require(session, by, *KEEPERS, task=task)
    dataset, chosen = dataset_of(session, task), to_choose(session, task)
    row = AnchorRow(task=task, dataset=dataset, examples=list(chosen), chosen_by=by, chosen_at=at)
    session.add(row)
    session.flush()
    detail = {"dataset": dataset, "examples": list(chosen)}
    log.append(session, who=by, action="anchors chosen", subject=f"task:{task}", why="", detail=detail, at=at)
    return Anchors(task, dataset, chosen, by, at)


def to_choose(session: Session, task: str) -> tuple[str, ...]:
    """Return which sealed examples of now would become anchors, by their ids.

    They are among those that the prompts in use answered when they were measured, where these are enough.
    Raises `Refused` where nothing of the task is released or has been sealed.
    """
    releases = current_releases(session, task)
    if not releases:
        raise Refused(
            f"nothing is released for task {task}", fix="Anchors are for prompts in use: release one first."
        )
    sealed = {one.id for one in examples_of(session, dataset_of(session, task), "test")}
    measured = set(sealed)
    for one in releases.values():
        measured &= ids_of(session, get_candidate_summary(session, one.candidate_id).outcome.dataset)
    size = how_many(len(sealed))
    if not size:
        raise Refused(f"task {task} has too few sealed examples to set some apart", fix="Import more rows.")
    return picked(task, measured if len(measured) >= size else sealed, size)


def how_many(sealed: int) -> int:
    """Return how many of so many sealed examples become anchors."""
    return min(max(round(SHARE * sealed), FEWEST), MOST, sealed // 2)


def picked(task: str, ids: Iterable[str], size: int) -> tuple[str, ...]:
    """Return `size` of these examples, sorted: those with the lowest hash, the same on every machine."""
    ranked = sorted(ids, key=lambda one: sha256(f"{task}: anchor {one}".encode()).hexdigest())
    return tuple(sorted(ranked[:size]))
