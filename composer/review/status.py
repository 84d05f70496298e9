"""Review status: what was decided, what is in its way, and what a reviewer finds on opening it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlmodel import Session

from composer.candidates.records import Candidate, CandidateSummary, get_candidate, successor_of
from composer.evaluation.outcomes import Gate
from composer.prompts.composition import Composition
from composer.registry.releases import Release, current_release, measured_composition, release_of
from composer.registry.tasks import get_task_version
from composer.review.corrections import Correction, corrections
from composer.review.regressions import Disposition, all_dispositions
from composer.review.staleness import evidence_changes, stale
from composer.review.verdicts import (
    Verdict,
    approvals,
    effective_verdicts,
    excluded,
    verdicts_on,
)
from composer.task.task import Task
from library.people import people
from library.roles import LOCAL, Person

State = Literal[
    "needs review", "changes requested", "approved", "released", "replaced", "stale", "no-go", "rescored"
]


@dataclass(frozen=True)
class ReviewStatus:
    """The review status of a candidate.

    `stale` lists why it no longer rests on what was measured, `reviewer_blocks` what reviewers put in the way
    of its release. `approvals` names those that count, `excluded` those whose would not. `dispositions` maps
    each resolved regression to its disposition. `signed_in` is whether people sign in to this home.
    """

    candidate: CandidateSummary
    task: Task
    verdicts: tuple[Verdict, ...]
    dispositions: Mapping[str, Disposition]
    corrections: tuple[Correction, ...]
    release: Release | None
    successor: int | None
    state: State
    stale: tuple[str, ...]
    reviewer_blocks: tuple[str, ...]
    approvals: tuple[str, ...]
    excluded: frozenset[str]
    signed_in: bool

    @property
    def approvals_needed(self) -> int:
        """How many people the policy asks for."""
        return self.task.terms.approvals

    @property
    def unresolved(self) -> tuple[str, ...]:
        """Regressions without a disposition, the worst first."""
        return tuple(one for one in self.candidate.regressions if one not in self.dispositions)

    @property
    def required_dispositions(self) -> tuple[str, ...]:
        """The unresolved regressions that the policy wants resolved before anybody approves."""
        return self.unresolved if self.task.terms.every_regression else ()

    @property
    def failing_gates(self) -> tuple[Gate, ...]:
        """The binding gates that fail, and that nobody has overridden."""
        return () if any(one.kind == "override" for one in self.verdicts) else self.candidate.failing_gates

    @property
    def approvals_missing(self) -> int:
        """How many more people have to approve."""
        return max(self.approvals_needed - len(self.approvals), 0)

    @property
    def approval_blockers(self) -> tuple[str, ...]:
        """All that keeps the candidate from being approved by anybody, in words."""
        return (
            *(f"stale: {reason}" for reason in self.stale),
            *(["it is released already"] if self.release else []),
            *([] if self.successor is None else [f"it was scored again as candidate {self.successor}"]),
            *(f"the gate “{gate.name}” fails ({gate.figure})" for gate in self.failing_gates),
            *([unresolved_regressions(len(self.required_dispositions))] if self.required_dispositions else []),
        )

    @property
    def missing(self) -> str:
        """What the approvals still lack, in words; empty where there are enough."""
        lacking = self.approvals_missing
        if not lacking:
            return ""
        if not self.signed_in and (LOCAL in self.excluded or self.approvals_needed > 1):
            return f"{_asked_for(self.task)}, and nobody signs in to this home: it has one local person"
        return f"{more_approvals(lacking)} ({_asked_for(self.task)})"

    def release_blockers(self) -> tuple[str, ...]:
        """Say all that keeps the candidate from being released now; empty where nothing does."""
        return tuple(filter(None, (*self.approval_blockers, *self.reviewer_blocks, self.missing)))

    def approval_blockers_for(self, person: Person) -> tuple[str, ...]:
        """Say all that keeps this person from approving; empty where nothing does."""
        own = []
        if not person.may("reviewer"):
            own.append(f"{person.name} is not a reviewer")
        if (LOCAL if person.local else person.name) in self.excluded:
            own.append(f"{_asked_for(self.task)}: {person.name} is not among those who may")
        return (*self.approval_blockers, *own)


@dataclass(frozen=True)
class Review:
    """A candidate as a reviewer finds it: where it stands, with its evidence and both compositions."""

    status: ReviewStatus
    candidate: Candidate
    incumbent: Composition
    composition: Composition

    @property
    def task(self) -> Task:
        """The task as it was when the candidate was measured."""
        return self.status.task


def review_status(session: Session, candidate: CandidateSummary) -> ReviewStatus:
    """Say where a candidate stands, from rows alone: its evidence isn't needed."""
    task = get_task_version(session, candidate.outcome.task_hash)
    verdicts = verdicts_on(session, candidate.id)
    signed_in = bool(people(session))
    words = effective_verdicts(verdicts)
    excluded_names = excluded(session, candidate, task, signed_in=signed_in)
    approved_by = approvals(words, excluded_names, signed_in=signed_in)
    proposed = corrections(session, candidate.task, candidate_id=candidate.id)
    open_ones = tuple(one for one in proposed if one.state == "open")
    doubted = {one.example_id: one.state for one in reversed(proposed)}
    given: dict[str, Disposition] = {}
    for one in all_dispositions(session, candidate.id):
        # A label that was found right after all, or that nobody said how to correct, leaves no word but a block.
        if one.kind != "label is wrong" or doubted.get(one.example_id, "rejected") != "rejected":
            given[one.example_id] = one
        elif one.example_id in given and given[one.example_id].kind != "blocks":
            del given[one.example_id]
    made = release_of(session, candidate.id)
    reasons = evidence_changes(session, candidate) if made else stale(session, candidate)
    reviewer_blocks = (
        *(f"{one.reviewer} {OBJECTIONS[one.kind]}" for one in words if one.kind in OBJECTIONS),
        *(f"{one.reviewer} says that {name} blocks" for name, one in given.items() if one.kind == "blocks"),
        *(f"the correction of {one.example_id} is open" for one in open_ones),
    )
    successor = successor_of(session, candidate.id)
    status = ReviewStatus(
        candidate=candidate,
        task=task,
        verdicts=verdicts,
        dispositions=given,
        corrections=open_ones,
        release=made,
        successor=successor,
        state="needs review",
        stale=reasons,
        reviewer_blocks=reviewer_blocks,
        approvals=approved_by,
        excluded=excluded_names,
        signed_in=signed_in,
    )
    return replace(status, state=_state(session, status, words))


def get_review(session: Session, candidate_id: int) -> Review:
    """Gather all a reviewer needs of one candidate, each part read anew from its rows and checked."""
    candidate = get_candidate(session, candidate_id)
    status = review_status(session, candidate)
    composition = measured_composition(session, status.task, candidate.versions)
    incumbent = measured_composition(session, status.task, candidate.incumbent_versions)
    return Review(status, candidate, incumbent, composition)


OBJECTIONS = {"request changes": "asked for changes", "no-go": "said no-go"}
"""The kinds of verdict that stand against a candidate, each in words that follow a name."""


def _asked_for(task: Task) -> str:
    terms = task.terms
    who = "one person" if terms.approvals == 1 else f"{terms.approvals} people"
    others = {"proposer": "the proposer", "authors": "the snippets' authors"}
    other = " and ".join(others[one] for one in terms.exclude)
    return f"the policy asks for {who}{f' other than {other}' if other else ''}"


def unresolved_regressions(number: int) -> str:
    """Return in words how many regressions have no disposition."""
    return f"{number} unresolved regression{'s' * (number != 1)}"


def more_approvals(number: int) -> str:
    """Return in words how many approvals are missing."""
    return f"{number} more approval{'s' * (number != 1)}"


def _state(session: Session, status: ReviewStatus, effective: tuple[Verdict, ...]) -> State:
    made = status.release
    if made:
        now = current_release(session, made.task, made.target)
        return "released" if now and now.candidate_id == made.candidate_id else "replaced"
    if status.successor is not None:
        return "rescored"
    kinds = {one.kind for one in effective}
    if "no-go" in kinds:
        return "no-go"
    if status.stale:
        return "stale"
    if "request changes" in kinds:
        return "changes requested"
    return "needs review" if status.release_blockers() else "approved"
