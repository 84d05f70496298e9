"""Review status of a candidate: what was decided on it, and what is in its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlmodel import Session

from composer.candidates.records import Candidate, CandidateSummary, get_candidate
from composer.evaluation.gates import let_through
from composer.evaluation.outcomes import Gate
from composer.prompts.composition import Composition
from composer.registry.releases import Release, measured_composition
from composer.review.blockers import BLOCKING_VERDICTS, Blocker, blocker_text
from composer.review.corrections import Correction
from composer.review.counting import Verdict, approvals, effective_verdicts, holds_role
from composer.review.newer_versions import newer_versions
from composer.review.regressions import Disposition
from composer.review.shared import Shared
from composer.review.staleness import SUPERSEDED, evidence_changes, superseded, withdrawn
from composer.review.verdicts import excluded
from composer.task.task import Task
from library.roles import LOCAL, Person

State = Literal[
    "needs review",
    "changes requested",
    "approved",
    "released",
    "replaced",
    "stale",
    "no-go",
    "not let through",
    "rescored",
]


@dataclass(frozen=True)
class ReviewStatus:
    """The review status of a candidate.

    `stale` lists the reasons why its evidence no longer holds; of them, `needs_run` are those that only a new run
    ends, and `needs_vetting` those that a decision on a draft ends. `notices` are what a reviewer should know
    and hold nothing up. `reviewer_blocks` is what reviewers put in the way of its release. `approvals` has the
    names of those who approved and count, `excluded` of those who don't count; `lapsed` are approvals whose givers
    have lost the role since. `overridden` is whether failing gates may pass. `dispositions` maps each resolved
    regression to its disposition. `signed_in` is whether people sign in to this home.
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
    needs_run: tuple[str, ...]
    needs_vetting: tuple[str, ...]
    notices: tuple[str, ...]
    reviewer_blocks: tuple[Blocker, ...]
    approvals: tuple[str, ...]
    lapsed: tuple[Blocker, ...]
    overridden: bool
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
        return () if self.overridden else self.candidate.failing_gates

    @property
    def let_through(self) -> bool:
        """Whether its gates let it go on to a review, as they are or since somebody has overridden them."""
        may_override = bool(self.task.terms.override)
        return let_through(self.candidate.figures[0], self.failing_gates, may_override=may_override)

    @property
    def approvals_missing(self) -> int:
        """How many more people have to approve."""
        return max(self.approvals_needed - len(self.approvals), 0)

    @property
    def approval_blockers(self) -> tuple[Blocker, ...]:
        """All that keeps everybody from approving the candidate."""
        found = [Blocker("stale", what=reason) for reason in self.stale]
        if self.release:
            found.append(Blocker("released"))
        if self.successor is not None:
            found.append(Blocker("rescored", number=self.successor))
        found += [Blocker("gate fails", what=gate.name, detail=gate.text) for gate in self.failing_gates]
        if self.required_dispositions:
            found.append(Blocker("unresolved regressions", count=len(self.required_dispositions)))
        return tuple(found)

    @property
    def missing_approvals(self) -> tuple[Blocker, ...]:
        """What the approvals still lack, those that no longer count first; empty where there are enough."""
        if not self.approvals_missing:
            return ()
        policy = _policy(self.task)
        if not self.signed_in and (LOCAL in self.excluded or self.approvals_needed > 1):
            return (Blocker("one local person", detail=policy, count=self.approvals_missing),)
        return (*self.lapsed, Blocker("approvals missing", detail=policy, count=self.approvals_missing))

    @property
    def release_blockers(self) -> tuple[Blocker, ...]:
        """All that keeps the candidate from being released now."""
        return (*self.approval_blockers, *self.reviewer_blocks, *self.missing_approvals)

    @property
    def rollback_blockers(self) -> tuple[Blocker, ...]:
        """All that keeps a candidate that was released before from being so again."""
        return (*(Blocker("stale", what=reason) for reason in self.stale), *self.reviewer_blocks)

    def own_blockers(self, person: Person) -> tuple[Blocker, ...]:
        """Return what keeps this person, and not everybody, from approving."""
        found = []
        if not person.for_task(self.task.name).may("reviewer"):
            found.append(Blocker("not a reviewer", who=person.name))
        if (LOCAL if person.local else person.name) in self.excluded:
            found.append(Blocker("approval excluded", who=person.name, detail=_policy(self.task)))
        return tuple(found)

    def approval_blockers_for(self, person: Person) -> tuple[Blocker, ...]:
        """Return all that keeps this person from approving; empty where nothing does."""
        return (*self.approval_blockers, *self.own_blockers(person))


@dataclass(frozen=True)
class Review:
    """All a reviewer needs of a candidate: its status, its evidence and both compositions."""

    status: ReviewStatus
    candidate: Candidate
    incumbent: Composition
    composition: Composition

    @property
    def task(self) -> Task:
        """The task as it was when the candidate was measured."""
        return self.status.task


def review_status(session: Session, candidate: CandidateSummary, shared: Shared | None = None) -> ReviewStatus:
    """Return the status of a candidate, read from rows alone: its evidence isn't needed.

    `shared` is what was read for a whole list of candidates.
    """
    shared = shared or Shared(session, [candidate])
    task = shared.task(candidate.outcome.task_hash)
    verdicts = shared.verdicts.get(candidate.id, ())
    known = tuple(one.for_task(task.name) for one in shared.people)
    signed_in = bool(known)
    effective = effective_verdicts(verdicts)
    overriding = task.terms.override
    excluded_names = excluded(session, candidate, task, signed_in=signed_in)
    proposed = shared.corrections.get(candidate.id, ())
    open_ones = tuple(one for one in proposed if one.state == "open")
    given = _effective_dispositions(shared.dispositions.get(candidate.id, ()), proposed)
    made = shared.release_of(candidate)
    counting, lapsed = approvals(effective, excluded_names, known)
    changes = _changes(session, candidate, task, shared, released=made is not None)
    status = ReviewStatus(
        candidate=candidate,
        task=task,
        verdicts=verdicts,
        dispositions=given,
        corrections=open_ones,
        release=made,
        successor=shared.successors.get(candidate.id),
        state="needs review",
        stale=changes.stale,
        needs_run=changes.needs_run,
        needs_vetting=changes.needs_vetting,
        notices=(*(blocker_text(_lapsed(one)) for one in lapsed if made is None), *changes.notices),
        reviewer_blocks=_reviewer_blocks(effective, given, open_ones),
        approvals=tuple(one.reviewer for one in counting),
        lapsed=tuple(_lapsed(one) for one in lapsed),
        overridden=any(one.kind == "override" and holds_role(one, known, *overriding) for one in verdicts),
        excluded=excluded_names,
        signed_in=signed_in,
    )
    return replace(status, state=_state(status, effective, shared))


def _lapsed(approval: Verdict) -> Blocker:
    why = "given before people signed in" if approval.local else f"{approval.reviewer} is no longer a reviewer"
    return Blocker("approval lapsed", who=approval.reviewer, detail=why, number=approval.id)


@dataclass(frozen=True)
class _Changes:
    """What changed under a candidate; fields as in `ReviewStatus`."""

    stale: tuple[str, ...]
    needs_run: tuple[str, ...]
    needs_vetting: tuple[str, ...]
    notices: tuple[str, ...]


def _changes(
    session: Session, candidate: CandidateSummary, task: Task, shared: Shared, *, released: bool
) -> _Changes:
    """Return what changed under a candidate.

    What was released once may be so again although another was since, or its snippets have newer versions.
    """
    reasons, gone = evidence_changes(session, candidate, shared), withdrawn(session, candidate, shared)
    newer = newer_versions(session, candidate, shared.later)
    binding = [] if released or task.policy.newer_version == "notice" else [one for one in newer if one.since]
    if not released and superseded(session, candidate, shared):
        reasons = (*reasons, SUPERSEDED)
    return _Changes(
        stale=(*reasons, *gone, *(one.text for one in binding)),
        needs_run=(*gone, *(one.text for one in binding if not one.is_draft)),
        needs_vetting=tuple(one.text for one in binding if one.is_draft),
        notices=tuple(one.text for one in newer if one not in binding),
    )


def _effective_dispositions(
    every: Sequence[Disposition], proposed: Sequence[Correction]
) -> dict[str, Disposition]:
    """Return the disposition of each regression that counts, of `every` one, the oldest first.

    `proposed` are corrections, newest first.
    """
    state = {one.example_id: one.state for one in reversed(proposed)}
    given: dict[str, Disposition] = {}
    for one in every:
        # A label that was found right after all, or without a correction, leaves no disposition but a block.
        if one.kind != "label is wrong" or state.get(one.example_id, "rejected") != "rejected":
            given[one.example_id] = one
        elif one.example_id in given and given[one.example_id].kind != "blocks":
            del given[one.example_id]
    return given


def _reviewer_blocks(
    effective: Sequence[Verdict], given: Mapping[str, Disposition], open_ones: Sequence[Correction]
) -> tuple[Blocker, ...]:
    verdicts = [one for one in effective if one.kind in BLOCKING_VERDICTS]
    blocking = [one for one in given.values() if one.kind == "blocks"]
    return (
        *(Blocker(BLOCKING_VERDICTS[one.kind], who=one.reviewer, number=one.id) for one in verdicts),
        *(Blocker("regression blocks", who=one.reviewer, what=one.example_id) for one in blocking),
        *(Blocker("correction open", what=one.example_id) for one in open_ones),
    )


def get_review(session: Session, candidate_id: int) -> Review:
    """Gather all a reviewer needs of one candidate, each part read from its rows and checked."""
    candidate = get_candidate(session, candidate_id)
    status = review_status(session, candidate)
    composition = measured_composition(session, status.task, candidate.parts)
    incumbent = measured_composition(session, status.task, candidate.incumbent_parts)
    return Review(status, candidate, incumbent, composition)


def _policy(task: Task) -> str:
    terms = task.terms
    who = "one person" if terms.approvals == 1 else f"{terms.approvals} people"
    others = {"proposer": "the proposer", "authors": "the prompt's authors"}
    other = " and ".join(others[one] for one in terms.exclude)
    return f"the policy asks for {who}{f' other than {other}' if other else ''}"


def _state(status: ReviewStatus, effective: tuple[Verdict, ...], shared: Shared) -> State:
    made = status.release
    if made:
        now = shared.released_now(status.candidate)
        return "released" if now and now.candidate_id == made.candidate_id else "replaced"
    if status.successor is not None:
        return "rescored"
    kinds = {one.kind for one in effective}
    if "no-go" in kinds:
        return "no-go"
    if not status.let_through:
        return "not let through"
    if status.stale:
        return "stale"
    if "request changes" in kinds:
        return "changes requested"
    return "needs review" if status.release_blockers else "approved"
