"""Making a prompt current: releasing what was approved, and rolling back to what was released before."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from composer.candidates.records import CandidateSummary, get_candidate
from composer.prompts.parts import Parts
from composer.registry.releases import Release, composition_of, current_release, get_release, of_row
from composer.registry.tasks import get_task_version
from composer.review.blockers import joined
from composer.review.integrity import require_intact
from composer.review.status import review_status
from composer.tables import ReleaseRow
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require, require_somewhere
from library.reasons import reason_of


def release_candidate(session: Session, candidate_id: int, *, reason: str, by: str, at: datetime) -> Release:
    """Make an approved candidate current for its task and target.

    Raises `Refused` for an empty reason, the role, and anything in the way: missing approvals,
    requests for changes, failing gates, evidence that no longer holds.
    """
    reason = reason_of(reason, "a release")
    lock_for_writing(session)
    candidate = get_candidate(session, candidate_id)
    person = require(session, by, "releaser", task=candidate.task)
    status = review_status(session, candidate)
    if against := status.release_blockers:
        raise Refused(f"candidate {candidate_id} can't be released: {joined(against)}")
    composition_of(session, status.task, candidate.parts)
    require_intact(session, candidate)
    return _make_current(session, candidate, candidate.parts, "released", by=person.name, reason=reason, at=at)


def roll_back(session: Session, release_id: int, *, reason: str, by: str, at: datetime) -> Release:
    """Make an earlier release current again, as a release of its own.

    Raises `Refused` for an empty reason, the role, a release that is current, and one whose evidence no
    longer holds or that a reviewer has since objected to.
    """
    reason = reason_of(reason, "a rollback")
    lock_for_writing(session)
    require_somewhere(session, by, "releaser")
    earlier = get_release(session, release_id)
    person = require(session, by, "releaser", task=earlier.task)
    now = current_release(session, earlier.task, earlier.target)
    if now is not None and now.candidate_id == earlier.candidate_id:
        raise Refused(f"release {release_id} is what is released now")
    candidate = get_candidate(session, earlier.candidate_id)
    if against := review_status(session, candidate).rollback_blockers:
        raise Refused(
            f"release {release_id} can't be rolled back to: {joined(against)}",
            fix=f"Score candidate {candidate.id} again and have it approved.",
        )
    composition_of(session, get_task_version(session, candidate.outcome.task_hash), earlier.parts)
    require_intact(session, candidate)
    return _make_current(session, candidate, earlier.parts, "rolled back", by=person.name, reason=reason, at=at)


def _make_current(
    session: Session,
    candidate: CandidateSummary,
    parts: Parts,
    action: str,
    *,
    by: str,
    reason: str,
    at: datetime,
) -> Release:
    replaced = current_release(session, candidate.task, candidate.target)
    row = ReleaseRow(
        candidate_id=candidate.id,
        task=candidate.task,
        target=candidate.target,
        versions=list(parts.versions),
        base=parts.base,
        released_by=by,
        reason=reason,
        released_at=at,
    )
    session.add(row)
    session.flush()
    log.append(
        session,
        who=by,
        action=action,
        subject=f"release:{row.id}",
        why=reason,
        detail={
            "candidate": candidate.id,
            "task": candidate.task,
            "target": candidate.target,
            "replaces": replaced.id if replaced else None,
            **({} if parts.base is None else {"base": parts.base}),
        },
        at=at,
    )
    return of_row(row)
