"""Changing who may do what, and noting in the log which approvals that takes away or gives back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session

from composer.candidates.records import list_candidates
from composer.registry.tasks import require_tasks
from composer.review.counting import Verdict, effective_verdicts
from composer.review.status import review_status
from library import log, people
from library.database import lock_for_writing
from library.errors import Refused
from library.roles import Person

LOST, REGAINED = "approval lost", "approval counts again"


def add_person(
    session: Session, name: str, email: str, roles: tuple[str, ...], *, by: str, at: datetime
) -> Person:
    """Add a person, or bring one back who was removed; otherwise as `library.people.add_person`."""
    with _approvals_noted(session, by, at):
        require_tasks(session, {one.partition(":")[2] for one in roles if ":" in one})
        return people.add_person(session, name, email, roles, by=by, at=at)


def set_roles(
    session: Session,
    name: str,
    roles: tuple[str, ...],
    *,
    by: str,
    at: datetime,
    task: str | None = None,
    was: tuple[str, ...] | None = None,
) -> Person:
    """Set a person's roles, for all tasks or one; otherwise as `library.people.set_roles`.

    Raises `Refused` for a task that there isn't.
    """
    with _approvals_noted(session, by, at):
        named = {task} if task is not None else set()
        require_tasks(session, named | {one.partition(":")[2] for one in roles if ":" in one})
        return people.set_roles(session, name, roles, by=by, at=at, task=task, was=was)


def remove_person(session: Session, name: str, *, by: str, at: datetime) -> None:
    """Take every right from a person; otherwise as `library.people.remove_person`."""
    with _approvals_noted(session, by, at):
        people.remove_person(session, name, by=by, at=at)


@contextmanager
def _approvals_noted(session: Session, by: str, at: datetime) -> Iterator[None]:
    """Log on each candidate the approvals that count no more, or again, once the block is done."""
    lock_for_writing(session)
    people.require(session, by, "admin")
    before = _counting(session)
    yield
    after = _counting(session)
    changes = [
        *(_entry(LOST, one) for number, one in before.items() if number not in after),
        *(_entry(REGAINED, one) for number, one in after.items() if number not in before),
    ]
    if changes:
        log.append_all(session, changes, who=by, at=at)


def _counting(session: Session) -> dict[int, Verdict]:
    """Return the approvals that count now on candidates not released yet, by the ids of their verdicts."""
    found: dict[int, Verdict] = {}
    for candidate in list_candidates(session):
        try:
            status = review_status(session, candidate)
        except Refused:
            continue  # what can't be read can't be released either
        if status.release is None and status.successor is None:
            given = [one for one in effective_verdicts(status.verdicts) if one.kind == "approve"]
            found |= {one.id: one for one in given if one.reviewer in status.approvals}
    return found


def _entry(action: str, approval: Verdict) -> log.Change:
    if approval.local:
        why = f"{approval.reviewer} gave it before people signed in"
    else:
        why = f"{approval.reviewer} is {'no longer a reviewer' if action == LOST else 'a reviewer again'}"
    detail = {"verdict": approval.id, "reviewer": approval.reviewer, "evidence": approval.evidence_hash}
    return log.Change(action, f"candidate:{approval.candidate_id}", why, detail)
