"""What one person can do next about a candidate: decided here once, and worded by each page and command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from composer.review.inbox import needs_decision
from composer.review.status import ReviewStatus
from composer.review.verdicts import Verdict, effective_verdicts
from library.roles import Person

StepKind = Literal[
    "go on with the successor",
    "in use",
    "make current again",
    "score again",
    "turned down",
    "sign in",
    "release",
    "await a releaser",
    "await a reviewer",
    "resolve regressions",
    "gate fails",
    "somebody else approves",
    "decide",
    "settle a verdict",
    "settle a regression",
    "settle a correction",
    "await approvals",
]


@dataclass(frozen=True)
class NextStep:
    """One step: its kind, and what a face needs to word it.

    `number` is that of the successor, release or verdict the step is about, `example` the regression, `count` how
    many regressions are unresolved. `reasons` are what is in the way, in words. `may` is whether this person can
    take the step in the stronger of its two ways: override a gate, or lift a verdict by giving another.
    """

    kind: StepKind
    number: int = 0
    example: str = ""
    count: int = 0
    reasons: tuple[str, ...] = ()
    may: bool = False


def next_step(status: ReviewStatus, person: Person) -> NextStep:
    """Return what this person can do next about a candidate; the first thing in the way comes first."""
    ended = _of_a_decided_one(status, person)
    if ended is not None:
        return ended
    if not person.may("reviewer"):
        return NextStep("await a reviewer")
    if status.required_dispositions:
        count = len(status.required_dispositions)
        return NextStep("resolve regressions", count=count, reasons=status.reviewer_blocks)
    if status.failing_gates:
        override = status.task.terms.override
        return NextStep(
            "gate fails", reasons=status.approval_blockers, may=bool(override) and person.may(*override)
        )
    own = tuple(one for one in status.approval_blockers_for(person) if one not in status.approval_blockers)
    if own:
        return NextStep("somebody else approves", reasons=own)
    if needs_decision(status, person):
        return NextStep("decide", reasons=status.reviewer_blocks)
    return _to_settle(status, person)


def _of_a_decided_one(status: ReviewStatus, person: Person) -> NextStep | None:
    if status.successor is not None:
        return NextStep("go on with the successor", number=status.successor)
    if status.state == "released":
        return NextStep("in use")
    if status.release is not None:
        return NextStep("make current again", number=status.release.id)
    if status.state == "stale":
        return NextStep("score again", reasons=status.stale)
    turned_down = _verdict(status, "no-go")
    if turned_down is not None:
        return NextStep("turned down", number=turned_down.id)
    if person.local and status.signed_in:
        return NextStep("sign in")
    if status.state == "approved":
        return NextStep("release" if person.may("releaser") else "await a releaser")
    return None


def _to_settle(status: ReviewStatus, person: Person) -> NextStep:
    """Return what is left where this person has decided already."""
    asked = _verdict(status, "request changes")
    if asked is not None:
        own = asked.reviewer == person.name or (asked.local and person.local)
        return NextStep("settle a verdict", number=asked.id, reasons=status.reviewer_blocks, may=own)
    blocking = next((name for name, one in status.dispositions.items() if one.kind == "blocks"), "")
    if blocking:
        return NextStep("settle a regression", example=blocking, reasons=status.reviewer_blocks)
    if status.corrections:
        return NextStep("settle a correction", reasons=status.reviewer_blocks)
    return NextStep("await approvals", reasons=(status.missing,) if status.missing else ())


def _verdict(status: ReviewStatus, kind: str) -> Verdict | None:
    return next((one for one in effective_verdicts(status.verdicts) if one.kind == kind), None)
