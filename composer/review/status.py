"""Review status: what was decided, what is in its way, and what a reviewer finds on opening it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from composer.candidates.records import Candidate, CandidateSummary, get_candidate, successor_of
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

    `stale` lists why it no longer rests on what was measured, `approval_blockers` all that keeps it from being
    approved, `reviewer_blocks` what reviewers put in the way of its release. `approvals` names those that
    count, `excluded` those whose would not. `dispositions` maps each resolved regression to its disposition.
    `signed_in` is whether people sign in to this home.
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
    approval_blockers: tuple[str, ...]
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
        """Regressions that nobody has given a word yet, the worst first."""
        return tuple(one for one in self.candidate.regressions if one not in self.dispositions)

    @property
    def missing(self) -> str:
        """What the approvals still lack, in words; empty where there are enough."""
        lacking = self.approvals_needed - len(self.approvals)
        if lacking <= 0:
            return ""
        if not self.signed_in and (LOCAL in self.excluded or self.approvals_needed > 1):
            return f"{_asked_for(self.task)}, and nobody signs in to this home: it has one local person"
        return f"{lacking} more approval{'s' * (lacking > 1)} ({_asked_for(self.task)})"

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
    proposed = [one for one in corrections(session, candidate.task) if one.candidate_id == candidate.id]
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
    overridden = any(verdict.kind == "override" for verdict in verdicts)
    approval_blockers = _obstacles(candidate, task, given, made, reasons, successor, overridden=overridden)
    complete = len(approved_by) >= task.terms.approvals and not approval_blockers and not reviewer_blocks
    return ReviewStatus(
        candidate=candidate,
        task=task,
        verdicts=verdicts,
        dispositions=given,
        corrections=open_ones,
        release=made,
        successor=successor,
        state=_state(session, words, made, reasons, successor, complete=complete),
        stale=reasons,
        approval_blockers=approval_blockers,
        reviewer_blocks=reviewer_blocks,
        approvals=approved_by,
        excluded=excluded_names,
        signed_in=signed_in,
    )


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


def _obstacles(
    candidate: CandidateSummary,
    task: Task,
    words: Mapping[str, Disposition],
    made: Release | None,
    reasons: tuple[str, ...],
    successor: int | None,
    *,
    overridden: bool,
) -> tuple[str, ...]:
    approval_blockers = [f"stale: {reason}" for reason in reasons]
    if made:
        approval_blockers.append("it is released already")
    if successor is not None:
        approval_blockers.append(f"it was scored again as candidate {successor}")
    if not overridden:
        approval_blockers += [f"the gate “{gate.name}” fails ({gate.figure})" for gate in candidate.failing_gates]
    unresolved = sum(one not in words for one in candidate.regressions)
    if unresolved and task.terms.every_regression:
        approval_blockers.append(f"{unresolved} regression{'s' * (unresolved > 1)} without a word")
    return tuple(approval_blockers)


def _state(
    session: Session,
    words: tuple[Verdict, ...],
    made: Release | None,
    reasons: tuple[str, ...],
    successor: int | None,
    *,
    complete: bool,
) -> State:
    if made:
        now = current_release(session, made.task, made.target)
        return "released" if now and now.candidate_id == made.candidate_id else "replaced"
    if successor is not None:
        return "rescored"
    kinds = {word.kind for word in words}
    if "no-go" in kinds:
        return "no-go"
    if reasons:
        return "stale"
    if "request changes" in kinds:
        return "changes requested"
    return "approved" if complete else "needs review"
