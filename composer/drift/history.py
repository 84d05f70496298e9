"""How a prompt in use did over time: its own evidence first, then every scoring, as points of two series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.drift.figures import of_evidence
from composer.drift.marks import Mark, mark_of
from composer.drift.records import DriftScore, Figure, list_scores
from composer.evaluation.outcomes import Difference
from composer.registry.datasets import clusters_of
from composer.registry.releases import Release
from composer.registry.tasks import get_task, get_task_version
from composer.task.task import Task

Series = Literal["own evidence", "new labels", "anchors"]


@dataclass(frozen=True)
class Point:
    """What a prompt in use came to at one time, on `n` examples: the metric, and the share of valid answers.

    `difference` is now minus its own evidence, or of anchors minus its first answers; None for what others are
    held against. `changed` are answers to anchors that are read otherwise than the first. `paid` counts answers,
    `by` is who asked.
    """

    series: Series
    at: datetime
    n: int
    figure: Figure
    valid: float
    difference: Difference | None
    changed: int | None = None
    paid: int = 0
    by: str = ""
    scoring: int | None = None
    run_id: int | None = None


@dataclass(frozen=True)
class History:
    """A prompt in use with its points, the oldest first, and the threshold of its task's policy.

    `threshold` is the figure beyond which a new scoring would lie below it; None where the policy sets none.
    """

    release: Release
    task: Task
    metric: str
    points: tuple[Point, ...]
    threshold: float | None
    mark: Mark | None

    @property
    def scored_anchors(self) -> bool:
        """Whether anchors were ever asked about."""
        return any(point.series == "anchors" for point in self.points)


def history_of(session: Session, release: Release) -> History:
    """Return how what is released did over time; raises `Refused` where its evidence can't be read."""
    task = get_task(session, release.task)
    candidate = get_candidate(session, release.candidate_id)
    data = candidate.evidence.data
    clusters = clusters_of(session, data.dataset, data.split)
    then = get_task_version(session, candidate.outcome.task_hash)
    own, valid = of_evidence(then, candidate.rows, [clusters[one] for one in data.examples])
    first = Point("own evidence", release.released_at, len(data.examples), own, valid, None)
    known = list_scores(session, release.task, release.target, finished=True)
    scores = [one for one in known if one.release_id == release.id]
    points = [_point(one) for one in reversed(scores) if one.found is not None]
    return History(
        release,
        task,
        then.metric,
        (first, *points),
        threshold(task, own),
        mark_of(task, release, scores),
    )


def threshold(task: Task, own: Figure) -> float | None:
    """Return the figure beyond which the policy wants no prompt in use; `own` is what its evidence came to."""
    drift = task.policy.drift
    if drift is None or (drift.worst is None and drift.drop is None):
        return None
    if drift.worst is not None:
        return drift.worst
    assert drift.drop is not None
    return own.value + drift.drop if task.metric == "nmse" else own.value - drift.drop


def _point(one: DriftScore) -> Point:
    found = one.found
    assert found is not None
    return Point(
        series=one.kind,
        at=one.at,
        n=found.n,
        figure=found.figure,
        valid=found.valid,
        difference=found.as_difference if found.difference else None,
        changed=found.changed,
        paid=one.paid,
        by=one.started_by,
        scoring=one.id,
        run_id=one.run_id,
    )
