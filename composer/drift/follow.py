"""The run that a policy wants once a prompt in use is below its threshold."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from composer.drift.marks import is_below
from composer.drift.records import score_of
from composer.optimizer.strategies import DEFAULT_STRATEGY
from composer.registry.tasks import get_task
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from composer.tables import DriftScoreRow
from library import log
from library.errors import Refused

SEED = 0


def follow(session: Session, row: DriftScoreRow, *, at: datetime) -> None:
    """Enter a run for a release that this scoring finds below its threshold, where the policy of now wants one.

    It is entered in the name of whoever asked for the scoring, and is the run that anybody would start on the same
    data with the same budget. Where there can be none, the scoring's message says why.
    """
    score, drift = score_of(row), get_task(session, row.task).policy.drift
    if drift is None or not drift.run or drift.budget is None or score.found is None:
        return
    if not is_below(score.found, drift):
        return
    try:
        plan = plan_run(session, row.task, row.target, strategy=DEFAULT_STRATEGY, seed=SEED, budget=drift.budget)
        row.run_id = enter_run(session, plan, by=row.started_by, at=at)
    except Refused as refused:
        row.message = f"no run could be entered: {refused}"
        session.add(row)
        return
    session.add(row)
    session.flush()
    detail = {"task": row.task, "target": row.target, "scoring": row.id, "run": row.run_id}
    why = f"its policy wants a run of {drift.budget:,} answers once it is below its threshold"
    subject = f"release:{row.release_id}"
    log.append(session, who=row.started_by, action="run wanted", subject=subject, why=why, detail=detail, at=at)
