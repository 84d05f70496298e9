"""Verdicts as they are stored: read, written, and whose don't count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from composer.candidates.records import CandidateSummary, get_candidate_summary
from composer.models.target import Target
from composer.prompts.parts import Parts
from composer.registry.bases import get_base
from composer.registry.tasks import measured_alike
from composer.review.by_candidate import by_candidate
from composer.review.counting import Verdict, effective_verdicts
from composer.tables import VerdictRow
from composer.task.task import Task
from library import log
from library.people import NotAllowed, people, require
from library.roles import LOCAL, Person, Role
from library.snippets import versions

COMMENTERS: tuple[Role, ...] = ("reviewer", "curator", "releaser", "admin")
"""Who may comment on a candidate, which decides nothing."""


def verdicts_on(session: Session, candidate_id: int) -> tuple[Verdict, ...]:
    """Return the verdicts on a candidate, oldest first."""
    return verdicts_of(session, [candidate_id]).get(candidate_id, ())


def verdicts_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[Verdict, ...]]:
    """Return the verdicts on each of these candidates, oldest first; those without any are left out."""
    return by_candidate(session, VerdictRow, Verdict, ids)


def record(
    session: Session,
    candidate: CandidateSummary,
    kind: str,
    *,
    reason: str,
    by: Person,
    at: datetime,
    about: int | None = None,
) -> None:
    """Write a verdict that was found to be allowed, and log it."""
    session.add(
        VerdictRow(
            candidate_id=candidate.id,
            kind=kind,
            reason=reason,
            reviewer=by.name,
            evidence_hash=candidate.evidence_hash,
            given_at=at,
            about=about,
            local=by.local,
        )
    )
    session.flush()
    log.append(
        session,
        who=by.name,
        action=kind,
        subject=f"candidate:{candidate.id}",
        why=reason,
        detail={"evidence": candidate.evidence_hash, **({} if about is None else {"verdict": about})},
        at=at,
    )


def require_signed_in(session: Session, by: str, *roles: Role, task: str) -> Person:
    """Return who decides, who must have one of these roles for a task; raises `NotAllowed` otherwise.

    Where people sign in, the local person has roles to keep the home with, and decides nothing by them.
    """
    person = require(session, by, *roles, task=task)
    if person.local and people(session):
        raise NotAllowed("people sign in to this home, and only they can decide", fix="Sign in to the app.")
    return person


def excluded(session: Session, candidate: CandidateSummary, task: Task, *, signed_in: bool) -> frozenset[str]:
    """Return whose approval the policy doesn't count; where nobody signs in, the proposer is everybody.

    Who acted under a name before people signed in counts as the person of that name.
    """
    names = set()
    if "proposer" in task.terms.exclude:
        names.add(candidate.proposed_by)
    if "authors" in task.terms.exclude:
        names |= {one.author for one in versions(session, candidate.versions)}
        if candidate.base is not None:
            names.add(get_base(session, task.name, candidate.base).added_by)
    if not signed_in:
        return frozenset({LOCAL} if names else ())
    return frozenset(names | {name.removesuffix(LOCAL) for name in names})


def no_gos(session: Session, task: Task, dataset: str, target: Target) -> tuple[Parts, ...]:
    """Return the turned-down compositions of a task on a target, by what they are made of.

    Those measured on another content of the task, the data or the target may be proposed again.
    """
    now = (dataset, target.hash)
    turned_down = session.exec(select(VerdictRow.candidate_id).where(VerdictRow.kind == "no-go").distinct())
    known = (get_candidate_summary(session, number) for number in sorted(turned_down, reverse=True))
    return tuple(
        one.parts
        for one in known
        if (one.task, one.target) == (task.name, target.name)
        and (one.outcome.dataset, one.outcome.target_hash) == now
        and measured_alike(session, task.hash, one.outcome.task_hash)
        and any(verdict.kind == "no-go" for verdict in effective_verdicts(verdicts_on(session, one.id)))
    )
