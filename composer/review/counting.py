"""Which of the verdicts on a candidate count: rules alone, which a signed statement is checked by too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from library.roles import LOCAL, Person, Role

Kind = Literal["request changes", "approve", "no-go", "override"]
KINDS: tuple[Kind, ...] = ("request changes", "approve", "no-go", "override")
DECISIONS = ("request changes", "approve", "no-go")
"""Kinds of which a reviewer's last one counts."""
DISMISSAL = "dismiss"


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
