"""Corrections of labels: one person proposes another label, a second confirms it, and the data changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from composer.candidates.records import get_candidate
from composer.data.examples import Dataset, Example
from composer.registry.datasets import current_dataset, dataset_of, examples_named, make_current
from composer.registry.tasks import get_task
from composer.review.by_candidate import by_candidate
from composer.review.regressions import set_disposition
from composer.review.verdicts import require_signed_in
from composer.tables import CorrectionRow
from composer.task.task import Task
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require
from library.reasons import reason_of
from library.roles import Person

ALONE = "Nobody signs in to this home, so nobody can confirm another label"
INSTEAD = (
    "Correct the label in the file of labelled data and import that again, then reject this correction; or let "
    "people sign in: `composer people add`."
)
"""What the one local person of a home can do in place of confirming."""


@dataclass(frozen=True)
class Correction:
    """Another label for an example; `state` is open, confirmed or rejected."""

    id: int
    candidate_id: int
    task: str
    example_id: str
    gold_before: float | str
    gold: float | str
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str
    decision: str
    decided_at: datetime | None


def corrections(
    session: Session, task: str, *, candidate_id: int | None = None, open_only: bool = False
) -> tuple[Correction, ...]:
    """Return the corrections proposed for a task's labels, newest first: all, or those proposed on a candidate."""
    query = select(CorrectionRow).where(CorrectionRow.task == task).order_by(col(CorrectionRow.id).desc())
    if candidate_id is not None:
        query = query.where(CorrectionRow.candidate_id == candidate_id)
    if open_only:
        query = query.where(CorrectionRow.state == "open")
    return tuple(Correction(**row.model_dump()) for row in session.exec(query))


def corrections_on(session: Session, ids: Sequence[int]) -> dict[int, tuple[Correction, ...]]:
    """Return the corrections proposed on each of these candidates, newest first; those without are left out."""
    return by_candidate(session, CorrectionRow, Correction, ids, newest_first=True)


def confirmation(person: Person) -> str:
    """Return in a sentence or two how a label that this person proposes comes to count."""
    alone = person.local and person.may("reviewer")  # where people sign in, the local person may not review
    return f"{ALONE}. {INSTEAD}" if alone else "It counts once a second person confirms it."


def propose_correction(
    session: Session, candidate_id: int, example_id: str, gold: float | str, *, reason: str, by: str, at: datetime
) -> int:
    """Propose another label for a regression whose label is wrong; returns the correction's id.

    Nothing changes before a second person confirms it. Raises `Refused` for a label that the task doesn't
    have or that is no change, an example with an open correction, one that didn't get worse, and the role.
    """
    reason = reason_of(reason, "a correction")
    lock_for_writing(session)
    candidate = get_candidate(session, candidate_id)
    person = require(session, by, "reviewer", task=candidate.task)
    task = get_task(session, candidate.task)
    example = _example(session, task, example_id)
    gold = _checked(task, gold)
    if gold == example.gold:
        raise Refused(f"the label of {example_id} is {gold} already", fix="Give another one.")
    if any(one.example_id == example_id for one in corrections(session, task.name, open_only=True)):
        raise Refused(f"a correction of {example_id} is open already", fix="Decide on that one first.")
    set_disposition(session, candidate_id, [example_id], "label is wrong", reason=reason, by=by, at=at)
    row = CorrectionRow(
        candidate_id=candidate_id,
        task=task.name,
        example_id=example_id,
        gold_before=example.gold,
        gold=gold,
        reason=reason,
        proposed_by=person.name,
        proposed_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    _log(session, "correction proposed", row, person.name, at, reason)
    return row.id


def decide_correction(
    session: Session, correction_id: int, *, confirm: bool, reason: str, by: str, at: datetime
) -> None:
    """Confirm a proposed label, which changes the task's data, or reject it.

    Only a second person may confirm; whoever proposed it may take it back by rejecting it. Raises `Refused`
    for one that is decided, the proposer's own, a label that changed meanwhile, and the role.
    """
    reason = reason_of(reason, "a decision")
    lock_for_writing(session)
    row = session.get(CorrectionRow, correction_id)
    if row is None:
        raise Refused(f"there is no correction {correction_id}")
    person = require_signed_in(session, by, "reviewer", "curator", task=row.task)
    if row.state != "open":
        raise Refused(f"correction {correction_id} is {row.state} already")
    if confirm and person.local:
        raise Refused(
            f"a label is corrected by two people: {ALONE[:1].lower()}{ALONE[1:]}",
            fix=INSTEAD,
        )
    if confirm and person.name == row.proposed_by:
        raise Refused(f"{person.name} proposed this correction", fix="Somebody else has to confirm it.")
    if confirm:
        task = get_task(session, row.task)
        example = _example(session, task, row.example_id)
        if example.gold != row.gold_before:
            raise Refused(
                f"the label of {row.example_id} is {example.gold} now, not {row.gold_before}",
                fix="Reject this correction and propose a new one.",
            )
        known = current_dataset(session, task.name)
        corrected = replace(example, gold=row.gold)
        examples = tuple(corrected if one.id == example.id else one for one in known.examples)
        make_current(session, task, Dataset(examples, known.left_out), by=person.name, at=at)
    row.state = "confirmed" if confirm else "rejected"
    row.decided_by, row.decision, row.decided_at = person.name, reason, at
    session.add(row)
    _log(session, f"correction {row.state}", row, person.name, at, reason)


def _example(session: Session, task: Task, example_id: str) -> Example:
    dataset = dataset_of(session, task.name)
    found = examples_named(session, dataset, [example_id])
    if not found:
        raise Refused(f"task {task.name} has no example {example_id}", where=dataset[:24])
    return found[0]


def _checked(task: Task, gold: float | str) -> float | str:
    if task.output.kind == "label":
        if gold not in task.output.labels:
            raise Refused(
                f"{gold!r} is no label of this task", fix=f"Choose from {', '.join(task.output.labels)}."
            )
        return gold
    low, high = task.output.scale
    try:
        rating = float(gold)
    except ValueError as error:
        raise Refused(f"{gold!r} is no rating", fix=f"Give a number from {low} to {high}.") from error
    if not low <= rating <= high:
        raise Refused(f"{rating:g} is not on the scale", fix=f"Give a number from {low} to {high}.")
    return rating


def _log(session: Session, action: str, row: CorrectionRow, by: str, at: datetime, why: str) -> None:
    detail = {"correction": row.id, "example": row.example_id, "from": row.gold_before, "to": row.gold}
    subject = f"candidate:{row.candidate_id}"
    log.append(session, who=by, action=action, subject=subject, why=why, detail=detail, at=at)
