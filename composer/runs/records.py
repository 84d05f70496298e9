"""Runs as rows: the same task, data, target, library, incumbent, strategy, seed and budget are the same run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from composer.answers.evaluator import Counts
from composer.candidates.records import PROPOSERS
from composer.home.processes import RUNNING, WAITING
from composer.runs.plan import Plan
from composer.runs.summary import RunResult
from composer.search.attribution import Attribution
from composer.search.problem import Step
from composer.tables import RunRow
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require

WORTH: TypeAdapter[Attribution] = TypeAdapter(Attribution)
TRACE: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Step, ...])


@dataclass(frozen=True)
class Run:
    """One run as stored.

    `trace` holds the search's steps, `worth` what its cells say of each snippet (None until the search has
    ended, and for runs older than this figure), `result` what a finished run came to.
    """

    id: int
    task: str
    target: str
    strategy: str
    seed: int
    budget: int
    state: str
    counts: Counts
    expected: int
    message: str
    started_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    trace: tuple[Step, ...] = ()
    worth: Attribution | None = None
    result: RunResult | None = None

    @property
    def candidate_id(self) -> int | None:
        """The candidate that the run submitted; None where it found none, or hasn't finished."""
        return self.result.candidate_id if self.result else None


def enter_run(session: Session, plan: Plan, *, by: str, at: datetime) -> int:
    """Return the id of the run with this plan, entering it as waiting where it is new; raises for the role."""
    lock_for_writing(session)
    require(session, by, *PROPOSERS)
    row = session.exec(select(RunRow).where(RunRow.identity == plan.identity)).first()
    if row is None:
        row = RunRow(
            identity=plan.identity,
            task=plan.task.name,
            task_hash=plan.task.hash,
            dataset=plan.dataset,
            target=plan.target.name,
            target_hash=plan.target.hash,
            library=plan.vocabulary.hash,
            incumbent=plan.incumbent.fingerprint,
            strategy=plan.strategy,
            seed=plan.seed,
            budget=plan.budget,
            trace=[],
            result={},
            started_by=by,
            created_at=at,
        )
        session.add(row)
        session.flush()
        log.append(
            session,
            who=by,
            action="run entered",
            subject=f"run:{row.id}",
            why="",
            detail={"task": row.task, "target": row.target, "strategy": row.strategy, "budget": row.budget},
            at=at,
        )
    assert row.id is not None
    return row.id


def list_runs(session: Session) -> tuple[Run, ...]:
    """Return every run, newest first."""
    return tuple(_run(row) for row in session.exec(select(RunRow).order_by(col(RunRow.id).desc())))


def get_run(session: Session, run_id: int) -> Run:
    """Return one run; raises `Refused` where there is none of this id."""
    return _run(run_row(session, run_id))


def run_row(session: Session, run_id: int) -> RunRow:
    """Return the row of a run for a function that changes it; raises `Refused` where there is none."""
    row = session.get(RunRow, run_id)
    if row is None:
        raise Refused(f"there is no run {run_id}")
    return row


def ask_to_stop(session: Session, run_id: int, *, by: str, at: datetime) -> None:
    """Ask a run's worker to stop after the answer in flight; what it has is kept."""
    require(session, by, *PROPOSERS)
    row = run_row(session, run_id)
    if row.state not in (WAITING, RUNNING):
        raise Refused(f"run {run_id} is {row.state}: there is nothing to stop")
    row.stop_asked = True
    session.add(row)
    log.append(session, who=by, action="stop asked", subject=f"run:{run_id}", why="", detail={}, at=at)


def _run(row: RunRow) -> Run:
    assert row.id is not None
    return Run(
        id=row.id,
        task=row.task,
        target=row.target,
        strategy=row.strategy,
        seed=row.seed,
        budget=row.budget,
        state=row.state,
        counts=Counts(row.asked, row.stored, row.paid),
        expected=row.expected,
        message=row.message,
        started_by=row.started_by,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        trace=TRACE.validate_python(row.trace),
        worth=None if row.worth is None else WORTH.validate_python(row.worth),
        result=RunResult.model_validate(row.result) if row.result else None,
    )
