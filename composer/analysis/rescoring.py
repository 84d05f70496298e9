"""Scoring a candidate again after something under it changed, on every answer that is stored already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from composer.answers.evaluator import questions_of
from composer.answers.store import stored_answers
from composer.candidates.evidence import Measured, MeasurementPlan, evidence_of
from composer.candidates.records import CandidateSummary, get_candidate, successor_of
from composer.candidates.submission import submit
from composer.candidates.test_split import note_test_read
from composer.evaluation.outcomes import Comparison
from composer.registry.anchors import sealed_examples
from composer.registry.bases import named_alike
from composer.registry.datasets import dataset_of
from composer.registry.releases import composition_of, parts_in_use
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from composer.registry.usable import usable
from composer.review.status import review_status
from library.canonical import digest
from library.errors import Refused


@dataclass(frozen=True)
class Rescoring:
    """A candidate and what it is measured on when it is scored again: all of it as it is now."""

    candidate: CandidateSummary
    measurement: MeasurementPlan
    seed: int


def plan_rescoring(session: Session, candidate_id: int) -> Rescoring:
    """Gather what scoring a candidate again needs.

    It is compared with the incumbent of now, unless it is that one itself: then with what it replaced.
    Raises `Refused` where its snippets may not be used any more, or have newer versions that make it stale: no
    scoring makes up for that.
    """
    candidate = get_candidate(session, candidate_id)
    status = review_status(session, candidate)
    if status.needs_run or status.needs_vetting:
        raise Refused(
            f"scoring candidate {candidate_id} again changes nothing: "
            + "; ".join((*status.needs_run, *status.needs_vetting)),
            fix=f"A new run finds another: composer compose {candidate.task} --target {candidate.target}"
            if status.needs_run
            else "Import the wording that shall count, with `state: vetted`.",
        )
    task, target = get_task(session, candidate.task), get_target(session, candidate.target)
    dataset = dataset_of(session, task.name)
    before, own = (named_alike(session, task, one) for one in (candidate.incumbent_parts, candidate.parts))
    released = parts_in_use(session, task, target.name)
    incumbent = before if released == own else released
    measurement = MeasurementPlan(
        task=task,
        target=target,
        dataset=dataset,
        examples=sealed_examples(session, dataset),
        incumbent=composition_of(
            session, task, replace(incumbent, versions=usable(session, task, incumbent.versions))
        ),
        candidate=composition_of(session, task, own),
    )
    return Rescoring(candidate, measurement, candidate.evidence.search.seed)


def missing_answers(session: Session, plan: Rescoring) -> int:
    """Return how many answers scoring again has to pay for."""
    on = plan.measurement
    keys = {
        question.key
        for side in (on.incumbent, on.candidate)
        for question in questions_of(on.task, on.target.hash, side, on.examples)
    }
    return len(keys - set(stored_answers(session, sorted(keys))))


def resubmit(
    session: Session, plan: Rescoring, measured: Measured, comparison: Comparison, *, by: str, at: datetime
) -> int:
    """Submit the candidate again with the evidence of now; returns the new candidate's id.

    Verdicts don't carry over: they were given on other evidence. Raises `Refused` where the evidence is
    still the same, or the candidate was scored again already.
    """
    before = get_candidate(session, plan.candidate.id)
    if successor := successor_of(session, before.id):
        raise Refused(f"candidate {before.id} was scored again already", fix=f"Go on with candidate {successor}.")
    on = plan.measurement
    reads = note_test_read(session, on.dataset, on.target.hash, on.candidate, run_id=before.run_id, by=by, at=at)
    evidence = evidence_of(measured, comparison, before.evidence.search, reads_before=reads)
    if digest(evidence.as_json()) == before.evidence_hash:
        raise Refused(f"nothing under candidate {before.id} has changed", fix="Go on with its review.")
    return submit(
        session,
        before.run_id,
        on.candidate,
        on.incumbent,
        evidence,
        by=by,
        at=at,
        rescored_from=before.id,
    )
