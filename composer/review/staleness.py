"""What has changed since a candidate was measured, so that its evidence no longer holds."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from composer.candidates.records import CandidateSummary
from composer.prompts.composition import UnvettedText
from composer.prompts.parts import Parts
from composer.registry.bases import named_alike
from composer.registry.releases import measured_composition, parts_in_use
from composer.registry.tasks import get_task, measured_alike
from composer.registry.usable import unusable, usable
from composer.review.corrections import corrections
from composer.review.shared import Shared
from composer.task.task import Task
from library.canonical import text_digest
from library.errors import Refused

SUPERSEDED = "another prompt was released since, so the comparison is with a past incumbent"


def evidence_changes(
    session: Session, candidate: CandidateSummary, shared: Shared | None = None
) -> tuple[str, ...]:
    """Return what changed of all that a candidate's evidence rests on, in words; not its snippets: `withdrawn`.

    `shared` is what was read for a whole list of candidates, here and below.
    """
    shared = shared or Shared(session, [candidate])
    known = candidate.outcome
    reasons = []
    if not measured_alike(session, shared.task_hash(candidate.task), known.task_hash):
        reasons.append(f"task {candidate.task} was edited")
    if shared.dataset(candidate.task) != known.dataset:
        reasons.append("the labelled data changed" + _corrected(session, candidate))
    if shared.target_hash(candidate.target) != known.target_hash:
        reasons.append(f"target {candidate.target} was edited")
    return (*reasons, *_changed_texts(session, candidate, shared.task(known.task_hash)))


def withdrawn(session: Session, candidate: CandidateSummary, shared: Shared | None = None) -> tuple[str, ...]:
    """Return which snippets of a candidate may not be used any more, in words: no scoring makes up for that."""
    shared = shared or Shared(session, [candidate])
    task = shared.task(candidate.outcome.task_hash)
    return tuple(unusable(session, task, candidate.versions, shared.later).values())


def superseded(session: Session, candidate: CandidateSummary, shared: Shared | None = None) -> bool:
    """Whether another prompt was released since a candidate was measured.

    Of a prompt in use with snippets that may not be used any more, the rest is what a run compares with.
    """
    now = (shared or Shared(session, [candidate])).released_now(candidate)
    # Scored again, a release is compared with what it once replaced.
    fitting = [candidate.incumbent_parts, candidate.parts]
    if (now.parts if now else Parts()) in fitting:
        return False
    task = get_task(session, candidate.task)
    in_use = parts_in_use(session, task, candidate.target)
    fitting = [named_alike(session, task, one) for one in fitting]
    if in_use in fitting:
        return False
    return replace(in_use, versions=usable(session, task, in_use.versions)) not in fitting


def _changed_texts(session: Session, candidate: CandidateSummary, task: Task) -> list[str]:
    reasons = []
    prompts = candidate.outcome.prompts
    sides = (
        ("candidate", candidate.parts, prompts.candidate),
        ("incumbent", candidate.incumbent_parts, prompts.incumbent),
    )
    for name, parts, measured in sides:
        try:
            text = measured_composition(session, task, parts).text
        except (UnvettedText, Refused) as changed:
            reasons.append(f"the {name}'s text is not the text that was measured ({changed.what})")
            continue
        if text_digest(text) != measured:
            reasons.append(f"the {name}'s text is not the text that was measured")
    return reasons


def _corrected(session: Session, candidate: CandidateSummary) -> str:
    """Name the labels that were corrected since a candidate was measured; empty where it was something else."""
    since = [
        one
        for one in corrections(session, candidate.task)
        if one.state == "confirmed" and one.decided_at is not None and one.decided_at >= candidate.created_at
    ]
    labels = [
        f"{one.example_id} {_label(one.gold_before)} → {_label(one.gold)}, confirmed by {one.decided_by}"
        for one in since
    ]
    return f" ({'; '.join(labels)})" if labels else ""


def _label(gold: float | str) -> str:
    return gold if isinstance(gold, str) else f"{gold:g}"
