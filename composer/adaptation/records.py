"""Adaptations as rows: what each froze, how far its run is, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import defer
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, col, select

from composer.adaptation.outcome import Outcome
from composer.runs.carried import adaptation_row
from composer.tables import AdaptationRow, RunRow
from library.snippets import versions


@dataclass(frozen=True)
class Adaptation:
    """A task's prompt carried from the target `source` to another.

    `baseline` names the snippets of that prompt, `base` is the number of its base where that isn't the task's own.
    `run_id` is the search on the new target, `run_state` how far it is (a state of `home.processes`), `message`
    what it is at or came to, `answers` those it needed so far, of at most `expected`. `outcome` is None until it
    has ended.
    """

    id: int
    task: str
    source: str
    target: str
    baseline: tuple[str, ...]
    base: int | None
    bar: float | None
    run_id: int
    run_state: str
    message: str
    answers: int
    expected: int
    budget: int
    seed: int
    strategy: str
    started_by: str
    created_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None


def list_adaptations(session: Session, task: str | None = None) -> tuple[Adaptation, ...]:
    """Return every adaptation, or those of one task, newest first."""
    # A head start may be large, and no list shows it.
    query = select(AdaptationRow).options(*_without(AdaptationRow.prior)).order_by(col(AdaptationRow.id).desc())
    return _read(session, session.exec(query if task is None else query.where(AdaptationRow.task == task)).all())


def get_adaptation(session: Session, adaptation_id: int) -> Adaptation:
    """Return one adaptation; raises `Refused` where there is none of this id."""
    return _read(session, [adaptation_row(session, adaptation_id)])[0]


def _read(session: Session, rows: Sequence[AdaptationRow]) -> tuple[Adaptation, ...]:
    numbers = [row.id for row in rows]
    # Without the record of each search, which grows with it.
    query = select(RunRow).options(*_without(RunRow.trace, RunRow.worth, RunRow.result))
    runs = {run.adaptation: run for run in session.exec(query.where(col(RunRow.adaptation).in_(numbers)))}
    keys = {one.id: one.key for one in versions(session, sorted({id for row in rows for id in row.versions}))}
    return tuple(_of_row(row, runs[row.id], keys) for row in rows)


def _without(*columns: Any) -> list[ExecutableOption]:
    """Return what leaves columns of a table unread."""
    return [defer(one) for one in columns]


def _of_row(row: AdaptationRow, run: RunRow, keys: dict[int, str]) -> Adaptation:
    assert row.id is not None
    assert run.id is not None
    return Adaptation(
        id=row.id,
        task=row.task,
        source=row.source,
        target=row.target,
        baseline=tuple(keys[id] for id in row.versions),
        base=row.base,
        bar=row.bar,
        run_id=run.id,
        run_state=run.state,
        message=run.message,
        answers=run.asked,
        expected=run.expected,
        budget=run.budget,
        seed=run.seed,
        strategy=run.strategy,
        started_by=row.started_by,
        created_at=row.created_at,
        ended_at=run.ended_at,
        outcome=None if row.outcome is None else Outcome.model_validate(row.outcome),
    )
