"""Work on a candidate after its run: scoring it again, or asking what its answers don't show yet.

A job asks only for cells that aren't stored, keeps each as it arrives, and can be stopped and started anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import numpy as np
from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from composer.analysis.cost import compared, likely_missing
from composer.analysis.diagnoses import (
    Diagnosis,
    Repeatability,
    missing,
    questions_for,
    repeatability,
    sealed_examples,
    steps,
)
from composer.analysis.rescoring import missing_answers, plan_rescoring, resubmit
from composer.answers.ending import in_words, on_paid
from composer.answers.naming import NamedCells, named_answers
from composer.answers.session import ModelSession, model_session
from composer.candidates.measurement import measure
from composer.candidates.records import PROPOSERS, get_candidate_summary
from composer.evaluation.outcomes import Difference
from composer.home import processes
from composer.home.locks import exclusive_lock, is_locked
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, RUNNING, WAITING
from composer.models.connection import Connect, connect
from composer.models.target import Target
from composer.registry.targets import get_target
from composer.review.status import get_review
from composer.tables import JobRow
from composer.task.task import Task
from library import log
from library.database import Database, lock_for_writing
from library.errors import Refused
from library.people import require

JobKind = Literal["rescore", "steps", "suspects", "noise"]


@dataclass(frozen=True)
class MeasuredStep:
    """One step from the incumbent to the candidate, and its difference of the metric to the incumbent."""

    name: str
    difference: Difference


STEPS: TypeAdapter[tuple[MeasuredStep, ...]] = TypeAdapter(tuple[MeasuredStep, ...])
REPEATABILITY: TypeAdapter[tuple[Repeatability, ...]] = TypeAdapter(tuple[Repeatability, ...])


@dataclass(frozen=True)
class Job:
    """One job as stored.

    `made` is the candidate that scoring again submitted. `steps` and `repeatability` are what a finished job
    of the kinds `steps` and `noise` came to: empty and None for other jobs, and where answers were missing.
    """

    id: int
    candidate_id: int
    kind: JobKind
    examples: tuple[str, ...]
    state: str
    paid: int
    expected: int
    message: str
    made: int | None
    steps: tuple[MeasuredStep, ...]
    repeatability: Repeatability | None
    started_by: str
    created_at: datetime
    ended_at: datetime | None


def jobs_of(session: Session, candidate_id: int) -> tuple[Job, ...]:
    """Return the jobs of a candidate, newest first."""
    query = select(JobRow).where(JobRow.candidate_id == candidate_id).order_by(col(JobRow.id).desc())
    return tuple(_job(row) for row in session.exec(query))


def get_job(session: Session, job_id: int) -> Job:
    """Return one job; raises `Refused` where there is none of this id."""
    return _job(_row(session, job_id))


def repeatability_of(jobs: Sequence[Job]) -> Repeatability | None:
    """Return what the newest of these jobs that asked the incumbent again came to; None where none did."""
    return next((job.repeatability for job in jobs if job.repeatability is not None), None)


def cost(session: Session, candidate_id: int, kind: JobKind, examples: Sequence[str] = ()) -> int:
    """Return how many answers a job would have to pay for: probably, and for sure where it is none."""
    if kind == "rescore":
        return missing_answers(session, plan_rescoring(session, candidate_id))
    if likely := likely_missing(session, compared(session, candidate_id), kind, examples):
        return likely
    # That nothing is missing has to be sure: then no model is started.
    review = get_review(session, candidate_id)
    return missing(session, review, questions_for(review, kind, sealed_examples(session, review), examples))


def enter_job(
    session: Session, candidate_id: int, kind: JobKind, *, by: str, at: datetime, examples: Sequence[str] = ()
) -> int:
    """Enter a job and return its id; one of the same kind that is still to be done is the same job.

    Raises `Refused` for an unknown kind or candidate, and the role.
    """
    if kind not in get_args(JobKind):
        raise Refused(f"no job is called {kind}", fix=f"Choose one of: {', '.join(get_args(JobKind))}.")
    lock_for_writing(session)
    person = require(session, by, *PROPOSERS, task=get_candidate_summary(session, candidate_id).task)
    for one in jobs_of(session, candidate_id):
        if one.kind == kind and one.examples == tuple(examples) and one.state in (WAITING, RUNNING):
            return one.id
    row = JobRow(
        candidate_id=candidate_id,
        kind=kind,
        examples=list(examples),
        expected=cost(session, candidate_id, kind, examples),
        started_by=person.name,
        created_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    detail = {"job": row.id, "kind": kind, "answers": row.expected}
    subject = f"candidate:{candidate_id}"
    log.append(session, who=person.name, action="job entered", subject=subject, why="", detail=detail, at=at)
    return row.id


def do_job(database: Database, home: Home, job_id: int, *, connect: Connect = connect) -> Job:
    """Do or continue a job and return it, as it is where it is done; a missing answer alone starts the model.

    Raises `Refused` when another worker has the job, on an outage, and for what can't be scored again.
    Whatever ends it, the answers are kept.
    """
    with exclusive_lock(home, f"job-{job_id}"):
        with database.session() as session:
            row = _row(session, job_id)
            if row.state == FINISHED:
                return _job(row)
            row.state, row.message, row.ended_at, row.paid = RUNNING, "", None, 0
            session.add(row)
            job = _job(row)
        try:
            made, result = None, None
            subject = f"candidate:{job.candidate_id}"
            with named_answers(database, subject=subject, by=job.started_by) as cells:
                work = _Work(database, job, cells, connect)
                if job.kind == "rescore":
                    made = _rescore(work)
                else:
                    result = _ask(work, job.kind)
        except BaseException as problem:
            _update(database, job_id, state=FAILED, message=in_words(problem), ended_at=datetime.now(UTC))
            raise
        _update(database, job_id, state=FINISHED, made=made, result=result, ended_at=datetime.now(UTC))
    with database.session() as session:
        return get_job(session, job_id)


def is_at_work(home: Home, job_id: int) -> bool:
    """Whether a worker on this machine has the job now."""
    return is_locked(home, f"job-{job_id}")


def start(home: Home, job_id: int) -> None:
    """Start a worker process for a job; it lives on when this process ends, and writes to the home's logs."""
    processes.start(home, "composer.analysis.jobs", "job", job_id)


@dataclass(frozen=True)
class _Work:
    """A job that this worker does now."""

    database: Database
    job: Job
    cells: NamedCells
    connect: Connect

    def model(self, task: Task, target: Target) -> AbstractContextManager[ModelSession]:
        """Return the life of a model that only a missing answer starts, and whose paid answers are noted."""
        return model_session(
            task,
            target,
            self.cells,
            connect=self.connect,
            lazy=True,
            on_phase=lambda phase: _update(self.database, self.job.id, message=phase),
            on_answer=on_paid(lambda paid: _update(self.database, self.job.id, paid=paid)),
        )


def _rescore(work: _Work) -> int:
    job = work.job
    with work.database.session() as session:
        plan = plan_rescoring(session, job.candidate_id)
    with work.model(plan.measurement.task, plan.measurement.target) as model:
        measured, comparison = measure(plan.measurement, model.evaluator(), seed=plan.seed)
        model.watch.check()
    work.cells.name()  # before what rests on them
    with work.database.session() as session:
        return resubmit(session, plan, measured, comparison, by=job.started_by, at=datetime.now(UTC))


def _ask(work: _Work, kind: Diagnosis) -> list[dict[str, Any]]:
    with work.database.session() as session:
        review = get_review(session, work.job.candidate_id)
        target = get_target(session, review.candidate.target)
        if review.status.stale and target.hash != review.candidate.outcome.target_hash:
            raise Refused(f"target {target.name} was edited", fix="Score the candidate again first.")
        test = sealed_examples(session, review)
        wanted = questions_for(review, kind, test, work.job.examples)
    with work.model(review.task, target) as model:
        for one in wanted:
            model.evaluator(one.replicate).answers(one.composition, one.examples)
    with work.database.session() as session:
        if kind == "steps":
            seed = review.candidate.evidence.search.seed
            found = steps(session, review, test, np.random.default_rng(seed)) or ()
            return [asdict(MeasuredStep(one.name, one.difference)) for one in found]
        again = repeatability(session, review, test) if kind == "noise" else None
        return [] if again is None else [asdict(again)]


def _update(database: Database, job_id: int, **changes: object) -> None:
    with database.session() as session:
        row = _row(session, job_id)
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)


def _row(session: Session, job_id: int) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None:
        raise Refused(f"there is no job {job_id}")
    return row


def _job(row: JobRow) -> Job:
    stored = row.result or []
    again = REPEATABILITY.validate_python(stored if row.kind == "noise" else [])
    return Job(
        **row.model_dump(exclude={"examples", "result"}),
        examples=tuple(row.examples),
        steps=STEPS.validate_python(stored if row.kind == "steps" else []),
        repeatability=again[0] if again else None,
    )


def main(arguments: Sequence[str]) -> int:
    """Do the job named on the command line: `python -m composer.analysis.jobs HOME JOB`; 0 when it finished."""
    return processes.work_as_told(arguments, do_job)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
