"""Verdicts: what reviewers decided on a candidate, and which of them count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, select

from composer.candidates.records import CandidateSummary, get_candidate_summary
from composer.models.target import Target
from composer.prompts.parts import Parts
from composer.registry.bases import get_base
from composer.registry.tasks import measured_alike
from composer.review.by_candidate import by_candidate
from composer.tables import VerdictRow
from composer.task.task import Task
from library import log
from library.people import NotAllowed, people, require
from library.roles import LOCAL, Person, Role
from library.snippets import versions

Kind = Literal["request changes", "approve", "no-go", "override"]
KINDS: tuple[Kind, ...] = ("request changes", "approve", "no-go", "override")
DECISIONS = ("request changes", "approve", "no-go")
"""Kinds of which a reviewer's last one counts."""
DISMISSAL = "dismiss"
COMMENTERS: tuple[Role, ...] = ("reviewer", "curator", "releaser", "admin")
"""Who may comment on a candidate, which decides nothing."""


@dataclass(frozen=True)
class Verdict:
    """What one reviewer decided on a candidate, bound to the evidence they saw.

    A dismissal is `about` another verdict, which no longer counts. `local` marks what the one local person
    gave, where nobody signs in.
    """

    id: int
    candidate_id: int
    kind: str
    reason: str
    reviewer: str
    evidence_hash: str
    given_at: datetime
    about: int | None
    local: bool


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


def require_signed_in(session: Session, by: str, *roles: Role) -> Person:
    """Return who decides, who must have one of these roles; raises `NotAllowed` otherwise.

    Where people sign in, the local person has roles to keep the home with, and decides nothing by them.
    """
    person = require(session, by, *roles)
    if person.local and people(session):
        raise NotAllowed("people sign in to this home, and only they can decide", fix="Sign in to the app.")
    return person


def effective_verdicts(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Return each reviewer's decision that counts: the last one, unless it was dismissed.

    All that was given where nobody signs in counts as one person's.
    """
    dismissed = {verdict.about for verdict in verdicts if verdict.kind == DISMISSAL}
    last = {_who(verdict): verdict for verdict in verdicts if verdict.kind in DECISIONS}
    return tuple(verdict for verdict in last.values() if verdict.id not in dismissed)


def _who(verdict: Verdict) -> str:
    return LOCAL if verdict.local else verdict.reviewer


def holds_role(verdict: Verdict, known: Sequence[Person], *roles: Role) -> bool:
    """Whether who gave a verdict still has one of these roles; `known` are the people of the home.

    Where nobody signs in, whoever opens it has all. Once people do, what the local person gave counts no more: it
    may have been any of theirs.
    """
    if not known:
        return True
    return not verdict.local and any(one.name == verdict.reviewer and one.may(*roles) for one in known)


def approvals(
    effective: Sequence[Verdict], excluded: frozenset[str], known: Sequence[Person]
) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """Return the approvals that count, and those that no longer do since who gave them lost the role.

    Both are without those of people the policy excludes; `known` are the people of the home.
    """
    given = [one for one in effective if one.kind == "approve" and _who(one) not in excluded]
    counting = tuple(one for one in given if holds_role(one, known, "reviewer"))
    return counting, tuple(one for one in given if one not in counting)


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
