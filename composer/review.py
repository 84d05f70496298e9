"""Review: verdicts on candidates, what keeps one from being approved, and the release an approval makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from unicodedata import category

from sqlmodel import Session, col, select

from composer.candidates import Candidate, get_candidate
from composer.composition import Composition
from composer.registry import dataset_of, get_target, get_task, get_task_version
from composer.releases import (
    Release,
    add_release,
    composition_of,
    current_release,
    measured_composition,
    releases,
)
from composer.tables import VerdictRow
from composer.task import Task
from library import log
from library.canonical import text_digest
from library.database import lock_for_writing
from library.errors import Refused
from library.snippets import version

Kind = Literal["comment", "request changes", "approve"]
State = Literal["needs review", "changes requested", "released", "replaced", "stale"]


@dataclass(frozen=True)
class Verdict:
    """What one reviewer said of a candidate, bound to the evidence they saw."""

    id: int
    candidate_id: int
    kind: Kind
    reason: str
    reviewer: str
    evidence_hash: str
    given_at: datetime


@dataclass(frozen=True)
class Review:
    """A candidate as a reviewer finds it.

    `stale` says why it no longer rests on what was measured, `obstacles` all that keeps it from being
    approved; both are empty when nothing does.
    """

    candidate: Candidate
    task: Task
    incumbent: Composition
    composition: Composition
    verdicts: tuple[Verdict, ...]
    release: Release | None
    state: State
    stale: tuple[str, ...]
    obstacles: tuple[str, ...]

    @property
    def approvals(self) -> tuple[str, ...]:
        """Reviewers whose last word, comments aside, is an approval."""
        return tuple(who for who, kind in _last_words(self.verdicts).items() if kind == "approve")

    @property
    def approvals_needed(self) -> int:
        """How many people the policy asks for."""
        return self.task.policy.approvals


def get_review(session: Session, candidate_id: int) -> Review:
    """Gather all a reviewer needs of one candidate, each part read anew from its rows."""
    candidate = get_candidate(session, candidate_id)
    task = get_task_version(session, candidate.evidence["task"]["hash"])
    composition = measured_composition(session, task, candidate.versions)
    incumbent = measured_composition(session, task, candidate.incumbent_versions)
    verdicts = verdicts_on(session, candidate_id)
    made = _release_of(session, candidate)
    stale = () if made else _stale(session, candidate, task, composition, incumbent)
    return Review(
        candidate=candidate,
        task=task,
        incumbent=incumbent,
        composition=composition,
        verdicts=verdicts,
        release=made,
        state=_state(session, verdicts, made, stale),
        stale=stale,
        obstacles=_obstacles(candidate, verdicts, made, stale),
    )


def verdicts_on(session: Session, candidate_id: int) -> tuple[Verdict, ...]:
    """Return the verdicts on a candidate, oldest first."""
    query = select(VerdictRow).where(VerdictRow.candidate_id == candidate_id).order_by(col(VerdictRow.id))
    return tuple(_verdict(row) for row in session.exec(query))


def give_verdict(
    session: Session, candidate_id: int, kind: Kind, *, reason: str, by: str, at: datetime
) -> Release | None:
    """Record a verdict; the approval that completes what the policy asks for makes the release and returns it.

    Raises `Refused` for an unknown kind, an empty reason, and an approval that something stands against.
    """
    if kind not in get_args(Kind):
        raise Refused(f"no verdict is called {kind}", fix=f"Choose one of: {', '.join(get_args(Kind))}.")
    reason = reason.strip()
    if not reason:
        raise Refused("a verdict needs a reason", fix="Say in a sentence what decided it.")
    if any(character == "\0" or category(character) == "Cs" for character in reason):
        raise Refused("the reason holds characters that can't be stored", fix="Write it as plain text.")
    lock_for_writing(session)  # two reviewers at once must see each other's verdict
    review = get_review(session, candidate_id)
    if kind == "approve":
        against = [one for one in review.obstacles if one != _requested_by(by)]
        if against:
            raise Refused(f"candidate {candidate_id} can't be approved: {'; '.join(against)}")
    if review.release and kind != "comment":
        raise Refused(f"candidate {candidate_id} is released already")
    session.add(
        VerdictRow(
            candidate_id=candidate_id,
            kind=kind,
            reason=reason,
            reviewer=by,
            evidence_hash=review.candidate.evidence_hash,
            given_at=at,
        )
    )
    session.flush()
    log.append(
        session,
        who=by,
        action=kind,
        subject=f"candidate:{candidate_id}",
        why=reason,
        detail={"evidence": review.candidate.evidence_hash},
        at=at,
    )
    after = get_review(session, candidate_id)
    if kind != "approve" or after.obstacles or len(after.approvals) < after.approvals_needed:
        return None
    composition_of(session, after.task, after.candidate.versions)
    return add_release(
        session,
        candidate_id=candidate_id,
        task=after.candidate.task,
        target=after.candidate.target,
        versions=after.candidate.versions,
        by=by,
        reason=reason,
        at=at,
    )


def _release_of(session: Session, candidate: Candidate) -> Release | None:
    made = releases(session, candidate.task, candidate.target)
    return next((release for release in made if release.candidate_id == candidate.id), None)


def _last_words(verdicts: tuple[Verdict, ...]) -> dict[str, Kind]:
    return {verdict.reviewer: verdict.kind for verdict in verdicts if verdict.kind != "comment"}


def _requested_by(reviewer: str) -> str:
    return f"{reviewer} asked for changes"


def _stale(
    session: Session, candidate: Candidate, task: Task, composition: Composition, incumbent: Composition
) -> tuple[str, ...]:
    """Say why a candidate that isn't released no longer rests on what was measured."""
    reasons = _undermined(session, candidate, task, composition, incumbent)
    now = current_release(session, candidate.task, candidate.target)
    if (now.versions if now else ()) != candidate.incumbent_versions:
        reasons.append("another prompt was released since, so the comparison is with a past incumbent")
    return tuple(reasons)


def undermined(session: Session, candidate_id: int) -> tuple[str, ...]:
    """Say what has changed under a candidate's evidence since it was measured, whatever was released since.

    What a page marks a release as stale by; raises `Refused` where a row isn't what was stored.
    """
    review = get_review(session, candidate_id)
    return tuple(_undermined(session, review.candidate, review.task, review.composition, review.incumbent))


def _undermined(
    session: Session, candidate: Candidate, task: Task, composition: Composition, incumbent: Composition
) -> list[str]:
    evidence = candidate.evidence
    reasons = []
    if get_task(session, candidate.task).hash != task.hash:
        reasons.append(f"task {candidate.task} was edited")
    if dataset_of(session, candidate.task) != evidence["data"]["dataset"]:
        reasons.append("the labelled data changed")
    if get_target(session, candidate.target).hash != evidence["target"]["hash"]:
        reasons.append(f"target {candidate.target} was edited")
    for name, side in (("candidate", composition), ("incumbent", incumbent)):
        if text_digest(side.text) != evidence[name]["prompt_sha256"]:
            reasons.append(f"the {name}'s text is not the text that was measured")
    now = (version(session, one) for one in candidate.versions)
    reasons += [f"snippet {one.key} v{one.version} is {one.state}" for one in now if one.state != "vetted"]
    return reasons


def _state(
    session: Session,
    verdicts: tuple[Verdict, ...],
    made: Release | None,
    stale: tuple[str, ...],
) -> State:
    if made:
        return "released" if current_release(session, made.task, made.target) == made else "replaced"
    if stale:
        return "stale"
    return "changes requested" if "request changes" in _last_words(verdicts).values() else "needs review"


def _obstacles(
    candidate: Candidate, verdicts: tuple[Verdict, ...], made: Release | None, stale: tuple[str, ...]
) -> tuple[str, ...]:
    obstacles = [f"stale: {reason}" for reason in stale]
    if made:
        obstacles.append("it is released already")
    obstacles += [f"the gate “{gate.name}” fails ({gate.figure})" for gate in candidate.gates if not gate.passed]
    words = _last_words(verdicts)
    obstacles += [_requested_by(who) for who, kind in words.items() if kind == "request changes"]
    return tuple(obstacles)


def _verdict(row: VerdictRow) -> Verdict:
    assert row.id is not None
    kind: Kind = row.kind  # type: ignore[assignment]
    return Verdict(row.id, row.candidate_id, kind, row.reason, row.reviewer, row.evidence_hash, row.given_at)
