"""Deciding on a candidate: giving a verdict, and dismissing one."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.review.blockers import BLOCKING_VERDICTS, joined
from composer.review.counting import DISMISSAL, KINDS, Kind, effective_verdicts
from composer.review.integrity import require_intact
from composer.review.status import ReviewStatus, review_status
from composer.review.verdicts import record, require_signed_in
from library.database import lock_for_writing
from library.errors import Refused
from library.reasons import reason_of
from library.roles import Person


def give_verdict(
    session: Session, candidate_id: int, kind: Kind, *, reason: str, by: str, at: datetime
) -> ReviewStatus:
    """Record a verdict and return the status of the candidate after it.

    `request changes` and `no-go` block a release, or a rollback to it, until the same
    reviewer decides otherwise or someone with the role admin dismisses them. `override` lets failing gates
    pass, where the policy names a role that may. Raises `Refused` for an unknown kind, an empty reason, the
    role, and an approval that something blocks.
    """
    if kind not in KINDS:
        raise Refused(f"no verdict is called {kind}", fix=f"Choose one of: {', '.join(KINDS)}.")
    reason = reason_of(reason, "a verdict")
    lock_for_writing(session)  # two reviewers at once must see each other's verdict
    candidate = get_candidate(session, candidate_id)
    status = review_status(session, candidate)
    person = _entitled(session, status, kind, by)
    if kind == "approve" and (against := status.approval_blockers_for(person)):
        raise Refused(f"candidate {candidate_id} can't be approved: {joined(against)}")
    if status.state == "released" or (status.release and kind in ("approve", "override")):
        raise Refused(f"candidate {candidate_id} is released already")
    if kind == "approve":
        require_intact(session, candidate)
    record(session, candidate, kind, reason=reason, by=person, at=at)
    return review_status(session, candidate)


def dismiss(
    session: Session, verdict_id: int, candidate_id: int, *, reason: str, by: str, at: datetime
) -> ReviewStatus:
    """Dismiss a verdict that blocks a release, with a reason; for the role admin.

    Raises `Refused` where the verdict isn't on this candidate, or blocks nothing.
    """
    reason = reason_of(reason, "a dismissal")
    lock_for_writing(session)
    candidate = get_candidate(session, candidate_id)
    person = require_signed_in(session, by, "admin", task=candidate.task)
    status = review_status(session, candidate)
    counting = {one.id for one in effective_verdicts(status.verdicts) if one.kind in BLOCKING_VERDICTS}
    if verdict_id not in counting:
        raise Refused(f"verdict {verdict_id} is not in the way of candidate {candidate_id}")
    record(session, candidate, DISMISSAL, reason=reason, by=person, at=at, about=verdict_id)
    return review_status(session, candidate)


def _entitled(session: Session, status: ReviewStatus, kind: Kind, by: str) -> Person:
    if kind != "override":
        return require_signed_in(session, by, "reviewer", task=status.task.name)
    roles = status.task.terms.override
    if not roles:
        raise Refused(
            f"the policy of task {status.task.name} lets nobody override a gate",
            fix="Its file can name roles that may: policy.override.",
        )
    return require_signed_in(session, by, *roles, task=status.task.name)
