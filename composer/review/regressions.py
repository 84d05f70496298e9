"""Dispositions of the examples that got worse: acceptable, the label is wrong, or it blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.review.blockers import Blocker, blocker_text
from composer.review.by_candidate import by_candidate
from composer.tables import DispositionRow
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require
from library.reasons import reason_of

DispositionKind = Literal["acceptable", "label is wrong", "blocks"]


@dataclass(frozen=True)
class Disposition:
    """What a reviewer decided on one regression."""

    id: int
    candidate_id: int
    example_id: str
    kind: DispositionKind
    reason: str
    reviewer: str
    given_at: datetime


def dispositions(session: Session, candidate_id: int) -> dict[str, Disposition]:
    """Return the last disposition of each regression of a candidate, by example."""
    return {one.example_id: one for one in all_dispositions(session, candidate_id)}


def all_dispositions(session: Session, candidate_id: int) -> tuple[Disposition, ...]:
    """Return every disposition that a candidate's regressions were given, oldest first."""
    return dispositions_on(session, [candidate_id]).get(candidate_id, ())


def dispositions_on(session: Session, ids: Sequence[int]) -> dict[int, tuple[Disposition, ...]]:
    """Return the same of each of these candidates; those without any are left out."""
    return by_candidate(session, DispositionRow, Disposition, ids)


def set_disposition(
    session: Session,
    candidate_id: int,
    example_ids: Sequence[str],
    kind: DispositionKind,
    *,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """Give some regressions of a candidate the same disposition, in place of the one each had.

    What one reviewer marked as blocking, only they or someone with the role admin can call acceptable. Raises
    `Refused` for that, an unknown kind, an empty reason, an example that didn't get worse, and the role.
    """
    if kind not in get_args(DispositionKind):
        raise Refused(
            f"no disposition is called {kind}",
            fix=f"Choose one of: {', '.join(get_args(DispositionKind))}.",
        )
    reason = reason_of(reason, "a disposition")
    lock_for_writing(session)
    candidate = get_candidate(session, candidate_id)
    person = require(session, by, "reviewer", task=candidate.task)
    strangers = sorted(set(example_ids) - set(candidate.regressions))
    if strangers or not example_ids:
        what = ", ".join(strangers[:3]) or "no example"
        raise Refused(f"{what} is not among what got worse with candidate {candidate_id}")
    if kind == "acceptable" and not person.may("admin"):
        _check_nobody_else_blocks(session, candidate_id, example_ids, person.name)
    for example_id in dict.fromkeys(example_ids):
        session.add(
            DispositionRow(
                candidate_id=candidate_id,
                example_id=example_id,
                kind=kind,
                reason=reason,
                reviewer=person.name,
                given_at=at,
            )
        )
    session.flush()
    log.append(
        session,
        who=person.name,
        action=f"regression: {kind}",
        subject=f"candidate:{candidate_id}",
        why=reason,
        detail={"examples": list(dict.fromkeys(example_ids))},
        at=at,
    )


def _check_nobody_else_blocks(session: Session, candidate_id: int, example_ids: Sequence[str], by: str) -> None:
    given = {
        one.example_id: one for one in all_dispositions(session, candidate_id) if one.kind != "label is wrong"
    }
    for one in (given[name] for name in example_ids if name in given):
        if one.kind == "blocks" and one.reviewer != by:
            raise Refused(
                blocker_text(Blocker("regression blocks", who=one.reviewer, what=one.example_id)),
                fix=f"Only {one.reviewer} or someone with the role admin can call it acceptable.",
            )
