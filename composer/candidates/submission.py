"""Storing a composition that was read on the test split, with its evidence: for review, or as not let through."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from composer.candidates.evidence import Evidence
from composer.candidates.records import PROPOSERS, SUBMITTED
from composer.evaluation.gates import let_through
from composer.prompts.composition import Composition, require_composed
from composer.registry.bases import number_of_base
from composer.registry.tasks import get_task_version
from composer.tables import CandidateRow, RunRow
from composer.task.task import Task
from library import log
from library.canonical import digest
from library.nearness import nearly_equal
from library.people import require


def submit(
    session: Session,
    run_id: int,
    composition: Composition,
    incumbent: Composition,
    evidence: Evidence,
    *,
    by: str,
    at: datetime,
    rescored_from: int | None = None,
) -> int:
    """Store a composition with its evidence and return its candidate id, the same for the same evidence of a run.

    It is the same but for the last digits of its figures, in which processors differ.
    Whether it is let through to a review follows from its gates and the task's policy.
    Raises `UnvettedText` for what is no composition, such as a trial.
    Whoever started the run proposed it, also where somebody else has it scored again.
    """
    require(session, by, *PROPOSERS, task=evidence.task.name)
    require_composed(composition, incumbent)
    content = evidence.as_json()
    evidence_hash = digest(content)
    row = _known(session, run_id, content)
    if row is None:
        proposed_by = session.get_one(RunRow, run_id).started_by
        task = get_task_version(session, evidence.task.hash)
        row = CandidateRow(
            run_id=run_id,
            task=evidence.task.name,
            target=evidence.target.name,
            versions=[version.id for version in composition.versions],
            incumbent_versions=[version.id for version in incumbent.versions],
            base=number_of_base(session, task, composition.base),
            incumbent_base=number_of_base(session, task, incumbent.base),
            evidence=content,
            evidence_hash=evidence_hash,
            proposed_by=proposed_by,
            created_at=at,
            rescored_from=rescored_from,
            summary=evidence.outcome().as_json(),
        )
        session.add(row)
        session.flush()
        more: dict[str, Any] = {} if rescored_from is None else {"rescored_from": rescored_from}
        more |= {} if proposed_by == by else {"proposed_by": proposed_by}
        more |= {} if row.base is None else {"base": row.base}
        more |= {} if _passes(task, evidence) else {"let_through": False}
        log.append(
            session,
            who=by,
            action=SUBMITTED,
            subject=f"candidate:{row.id}",
            why="",
            detail={"run": run_id, "evidence": evidence_hash, "snippets": list(composition.keys), **more},
            at=at,
        )
    assert row.id is not None
    return row.id


def _known(session: Session, run_id: int, content: dict[str, Any]) -> CandidateRow | None:
    """Return the candidate of a run that has this evidence; a run has few."""
    rows = session.exec(select(CandidateRow).where(CandidateRow.run_id == run_id).order_by(col(CandidateRow.id)))
    return next((row for row in rows if nearly_equal(row.evidence, content)), None)


def _passes(task: Task, evidence: Evidence) -> bool:
    return let_through(evidence.figures[0], evidence.gates, may_override=bool(task.terms.override))
