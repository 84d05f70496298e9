"""Which prompts in use are below their threshold: by whole intervals of stored scorings, and the policy of now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from composer.drift.records import DriftScore, Found, Kind, list_scores
from composer.evaluation.formatting import NAMES, bracketed, change, figure
from composer.registry.releases import Release, current_releases
from composer.registry.tasks import get_task
from composer.task.policy import Drift
from composer.task.task import Task


@dataclass(frozen=True)
class Mark:
    """A prompt in use that is below its threshold, by one scoring; `run_id` is the run that followed, if any."""

    release: Release
    score_id: int
    kind: Kind
    at: datetime
    what: str
    run_id: int | None

    @property
    def next_step(self) -> str:
        """What to do about it, in a sentence."""
        if self.run_id is not None:
            return f"Run {self.run_id} looks for a better one: its candidate waits in the Inbox when it ends."
        if self.kind == "anchors":
            return (
                "The examples are the same, so its model answers otherwise: see what is served, and start a run."
            )
        return "Start a run: it looks for a better one on the labels of now."


def is_below(found: Found, drift: Drift) -> bool | None:
    """Whether a scoring lies below the threshold of a policy; None where its interval holds the threshold.

    Also None without a threshold, or without an interval.
    """
    sign = 1 if found.better_is == "lower" else -1
    if drift.worst is not None:
        one, limit = found.figure, sign * drift.worst
    elif drift.drop is not None and found.difference is not None:
        one, limit = found.difference, drift.drop
    else:
        return None
    if one.low is None or one.high is None:
        return None
    best, worst = sorted((sign * one.low, sign * one.high))
    return True if best > limit else False if worst <= limit else None


def mark_of(task: Task, release: Release, scores: Iterable[DriftScore]) -> Mark | None:
    """Return the mark of a release; None where it has none.

    Of each kind of scoring the newest decides that lies wholly on one side of the threshold, so that a few
    examples which show nothing lift no mark.
    """
    drift = task.policy.drift
    if drift is None:
        return None
    decided: dict[str, tuple[bool, DriftScore]] = {}
    for one in scores:  # the newest first
        below = is_below(one.found, drift) if one.found and one.release_id == release.id else None
        if below is not None:
            decided.setdefault(one.kind, (below, one))
    those = [one for below, one in decided.values() if below]
    if not those:
        return None
    newest = max(those, key=lambda one: one.id)
    assert newest.found is not None
    return Mark(release, newest.id, newest.kind, newest.at, in_words(newest.found, drift), newest.run_id)


def marks(session: Session) -> tuple[Mark, ...]:
    """Return the prompts in use that are below their threshold, the newest release first."""
    scores = list_scores(session, finished=True)
    if not scores:
        return ()
    scored = {one.release_id for one in scores}
    known = [one for one in current_releases(session).values() if one.id in scored]
    tasks = {name: get_task(session, name) for name in {one.task for one in known}}
    found = (mark_of(tasks[one.task], one, scores) for one in known)
    return tuple(mark for mark in found if mark is not None)


def in_words(found: Found, drift: Drift) -> str:
    """Return what a scoring came to and which threshold that is below."""
    name, one = NAMES[found.metric], found.figure
    value = f"{name} {figure(found.metric, one.value)}"
    if drift.worst is not None:
        ends = bracketed(figure(found.metric, one.low), figure(found.metric, one.high))
        return f"{value} {ends}, all of it worse than {figure(found.metric, drift.worst)}"
    gap = found.difference
    assert gap is not None
    ends = bracketed(change(found.metric, gap.low), change(found.metric, gap.high))
    allowed = change(found.metric, drift.drop).lstrip("+")
    return (
        f"{value}, {change(found.metric, gap.value)} {ends} since its release, all of it a drop of over {allowed}"
    )
