"""Scorings of releases as stored, and what one came to: figures with intervals, and what they are held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from composer.evaluation.outcomes import Better, Difference
from composer.home.processes import FINISHED
from composer.tables import DriftScoreRow
from library.errors import Refused

Kind = Literal["new labels", "anchors"]


@dataclass(frozen=True)
class Figure:
    """A figure of the task's metric with its 95% interval; None where the examples can't give one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Found:
    """What a scoring came to on `n` examples: the metric, and the share of answers that are valid, in [0, 1].

    It is held `before`: what the release came to on `before_n` examples when it was measured, of new labels those
    of its evidence, of anchors its first answers to the same ones. `difference` is now minus before. `changed` are
    the answers to anchors that are read otherwise than the first ones. All of these are None for first answers.
    """

    metric: str
    better_is: Better
    n: int
    figure: Figure
    valid: float
    before: Figure | None
    before_n: int
    before_valid: float | None
    difference: Figure | None
    changed: int | None = None

    @property
    def as_difference(self) -> Difference:
        """The difference as every page and command writes one."""
        gap = self.difference
        was = self.before.value if self.before else None
        ends = (gap.value, gap.low, gap.high) if gap else (None, None, None)
        return Difference(self.metric, self.better_is, was, self.figure.value, *ends)


_FOUND: TypeAdapter[Found] = TypeAdapter(Found)


@dataclass(frozen=True)
class DriftScore:
    """One scoring of a release: `found` is None until it has finished, `run_id` where no run followed from it.

    `answered` are those of its anchors that had a first answer when it was entered; none for new labels.
    """

    id: int
    task: str
    target: str
    target_hash: str
    release_id: int
    kind: Kind
    dataset: str
    examples: tuple[str, ...]
    answered: tuple[str, ...]
    state: str
    stop_asked: bool
    paid: int
    expected: int
    message: str
    found: Found | None
    run_id: int | None
    started_by: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def at(self) -> datetime:
        """When it ended, or else was asked for."""
        return self.ended_at or self.created_at


def list_scores(
    session: Session, task: str | None = None, target: str | None = None, *, finished: bool = False
) -> tuple[DriftScore, ...]:
    """Return scorings, newest first: of one task or target, and those alone that have finished, where asked."""
    query = select(DriftScoreRow).order_by(col(DriftScoreRow.id).desc())
    if task is not None:
        query = query.where(DriftScoreRow.task == task)
    if target is not None:
        query = query.where(DriftScoreRow.target == target)
    if finished:
        query = query.where(DriftScoreRow.state == FINISHED)
    return tuple(score_of(row) for row in session.exec(query))


def get_score(session: Session, score_id: int) -> DriftScore:
    """Return one scoring; raises `Refused` where there is none of this id."""
    return score_of(score_row(session, score_id))


def score_row(session: Session, score_id: int) -> DriftScoreRow:
    """Return the row of a scoring for a function that changes it; raises `Refused` where there is none."""
    row = session.get(DriftScoreRow, score_id)
    if row is None:
        raise Refused(f"there is no scoring {score_id}")
    return row


def score_of(row: DriftScoreRow) -> DriftScore:
    """Return the scoring that a stored row holds."""
    found = None if row.result is None else _FOUND.validate_python(row.result)
    values = row.model_dump(exclude={"examples", "answered", "result"})
    return DriftScore(**values, examples=tuple(row.examples), answered=tuple(row.answered), found=found)


def as_json(found: Found) -> dict[str, object]:
    """Return what a scoring came to as the JSON value that is stored."""
    value: dict[str, object] = _FOUND.dump_python(found, mode="json")
    return value
