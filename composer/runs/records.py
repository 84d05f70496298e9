"""Runs as rows: the same task, data, target, library, incumbent, strategy, seed and budget are the same run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, Table
from sqlalchemy import select as sa_select
from sqlmodel import Session, select

from composer.answers.evaluator import Counts
from composer.candidates.bases import keep_base
from composer.candidates.records import PROPOSERS
from composer.home.processes import FINISHED, RUNNING, WAITING
from composer.registry.targets import keep_target
from composer.runs.plan import Plan
from composer.runs.summary import RunResult
from composer.search.attribution import Attribution
from composer.search.problem import Step
from composer.tables import RunRow
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require

ATTRIBUTION: TypeAdapter[Attribution] = TypeAdapter(Attribution)
TRACE: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Step, ...])


@dataclass(frozen=True)
class RunSummary:
    """A run without the record of its search: what lists need of it.

    `adaptation` is the one that the run is part of, None for most; `result` is None until it has finished.
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
    adaptation: int | None
    stop_asked: bool
    result: RunResult | None

    @property
    def candidate_id(self) -> int | None:
        """The candidate that the run submitted; None where it found none, or hasn't finished."""
        return self.result.candidate_id if self.result else None


@dataclass(frozen=True)
class Run(RunSummary):
    """One run as stored.

    `trace` holds the steps of its search, `attribution` the effects of snippets on its cells: None until the
    search has ended, and for runs older than this figure.
    """

    trace: tuple[Step, ...]
    attribution: Attribution | None


_TABLE: Table = RunRow.__table__  # type: ignore[attr-defined]
_SEARCH = ("trace", "worth")
"""The columns of a search's record, which grow with it."""
_COLUMNS = tuple(column for column in _TABLE.columns if column.key not in _SEARCH)


def enter_run(session: Session, plan: Plan, *, by: str, at: datetime) -> int:
    """Return the id of the run with this plan, entering it as waiting where it is new; raises for the role.

    A target that comes with the product is stored with it, a base that it proposes before it.
    """
    lock_for_writing(session)
    require(session, by, *PROPOSERS, task=plan.task.name)
    row = session.exec(select(RunRow).where(RunRow.identity == plan.identity)).first()
    if row is None:
        keep_target(session, plan.target, by=by, at=at)
        row = RunRow(
            identity=plan.identity,
            task=plan.task.name,
            task_hash=plan.task.hash,
            dataset=plan.dataset,
            target=plan.target.name,
            target_hash=plan.target.hash,
            library=plan.vocabulary.hash,
            incumbent=plan.incumbent.fingerprint,
            base=keep_base(session, plan.task, plan.vocabulary.base, by=by, at=at, note=plan.source),
            proposed=None if plan.proposed is None else [one.id for one in plan.proposed.versions],
            adaptation=plan.carried.id if plan.carried else None,
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
            detail={
                "task": row.task,
                "target": row.target,
                "strategy": row.strategy,
                "budget": row.budget,
                **({} if plan.proposed is None else {"snippets": list(plan.proposed.keys)}),
                **({} if row.base is None else {"base": row.base}),
                **({} if plan.carried is None else {"from": plan.carried.source}),
            },
            at=at,
        )
    assert row.id is not None
    return row.id


def list_runs(session: Session) -> tuple[RunSummary, ...]:
    """Return every run without the record of its search, newest first."""
    rows = session.execute(sa_select(*_COLUMNS).order_by(_TABLE.c.id.desc())).mappings()
    return tuple(RunSummary(**_fields(row)) for row in rows)


def get_run(session: Session, run_id: int) -> Run:
    """Return one run; raises `Refused` where there is none of this id."""
    query = sa_select(*_COLUMNS, _TABLE.c.trace, _TABLE.c.worth).where(_TABLE.c.id == run_id)
    row = session.execute(query).mappings().first()
    if row is None:
        raise _no_run(run_id)
    attribution = None if row["worth"] is None else ATTRIBUTION.validate_python(row["worth"])
    return Run(**_fields(row), trace=TRACE.validate_python(row["trace"]), attribution=attribution)


def run_row(session: Session, run_id: int) -> RunRow:
    """Return the row of a run for a function that changes it; raises `Refused` where there is none."""
    row = session.get(RunRow, run_id)
    if row is None:
        raise _no_run(run_id)
    return row


def _no_run(run_id: int) -> Refused:
    return Refused(f"there is no run {run_id}")


def ask_to_stop(session: Session, run_id: int, *, by: str, at: datetime) -> None:
    """Ask a run's worker to stop after the answer in flight; what it has is kept."""
    row = run_row(session, run_id)
    require(session, by, *PROPOSERS, task=row.task)
    if row.state not in (WAITING, RUNNING):
        raise Refused(f"run {run_id} is {row.state}: there is nothing to stop")
    row.stop_asked = True
    session.add(row)
    log.append(session, who=by, action="stop asked", subject=f"run:{run_id}", why="", detail={}, at=at)


def go_on(session: Session, run_id: int, *, by: str, at: datetime) -> None:
    """Put a run that was stopped, failed or killed back among those that wait; raises for the role."""
    row = run_row(session, run_id)
    require(session, by, *PROPOSERS, task=row.task)
    if row.state != FINISHED:
        put_back(row)
        row.stop_asked = False
        session.add(row)
    log.append(session, who=by, action="run continued", subject=f"run:{run_id}", why="", detail={}, at=at)


def put_back(row: RunRow) -> None:
    """Make a run wait for a worker again; whether somebody asked to stop one that waits already stays."""
    row.stop_asked = row.stop_asked and row.state == WAITING
    row.state, row.message, row.ended_at = WAITING, "", None


_SAME = (
    *("id", "task", "target", "strategy", "seed", "budget", "state", "expected", "message", "started_by"),
    *("created_at", "started_at", "ended_at", "adaptation", "stop_asked"),
)
"""Columns that are fields of a summary as they are."""


def _fields(row: RowMapping) -> dict[str, Any]:
    """Return the fields of a summary that a row holds."""
    return {
        **{name: row[name] for name in _SAME},
        "counts": Counts(row["asked"], row["stored"], row["paid"]),
        "result": RunResult.model_validate(row["result"]) if row["result"] else None,
    }
