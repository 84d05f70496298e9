"""What people read, composed from several rows: pages and commands show it, and hold no queries of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from composer.candidates import Head, heads
from composer.comparison import Difference
from composer.registry import dataset_of, examples_of, get_target, targets, tasks
from composer.releases import Release, releases
from composer.review.staleness import undermined
from composer.review.standing import Standing, get_standing
from composer.runs import Run
from composer.tables import CellRow
from library.errors import Refused
from library.snippets import SnippetVersion, version

RECENT = 200
"""Answers looked at to say how long one takes."""
FIRST_GUESS_SECONDS = 2.0
"""Seconds an answer where none was measured: an embedded model on two cores."""
POWER_WIDTHS = 2.8016 / (2 * 1.95996)
"""The difference a test finds four times in five, in widths of its 95% interval (normal approximation)."""


@dataclass(frozen=True)
class Entry:
    """A line of the inbox: where a candidate stands, or why it can't be read any more."""

    candidate_id: int
    task: str
    target: str
    created_at: datetime
    standing: Standing | None
    problem: str = ""


def inbox(session: Session) -> tuple[Entry, ...]:
    """Return every candidate, newest first; one that can't be read says why, and hides none of the others."""
    entries = []
    for one in heads(session):
        try:
            standing, problem = get_standing(session, one), ""
        except Refused as refused:
            standing, problem = None, str(refused)
        entries.append(Entry(one.id, one.task, one.target, one.created_at, standing, problem))
    return tuple(entries)


ChangeKind = Literal["added", "removed", "reworded", "moved", "kept"]


@dataclass(frozen=True)
class SnippetChange:
    """What happened to one snippet between two compositions; places count from 1, None where it isn't."""

    kind: ChangeKind
    before: SnippetVersion | None
    after: SnippetVersion | None
    place_before: int | None
    place_after: int | None

    @property
    def now(self) -> SnippetVersion:
        """The version that stands now, or the one that was removed."""
        found = self.after or self.before
        assert found is not None
        return found


def snippet_changes(
    before: Sequence[SnippetVersion], after: Sequence[SnippetVersion]
) -> tuple[SnippetChange, ...]:
    """Return what changed from one composition to another, in its order, what was removed last.

    A snippet counts as moved when it isn't in the longest run of kept snippets that stand in the same order.
    """
    was = {one.key: (place, one) for place, one in enumerate(before, 1)}
    now = {one.key: (place, one) for place, one in enumerate(after, 1)}
    steady = _longest_rising([was[key][0] for key in now if key in was])
    changes = []
    for key, (place, one) in now.items():
        old_place, old = was.get(key, (None, None))
        kind: ChangeKind = "kept"
        if old is None:
            kind = "added"
        elif old != one:
            kind = "reworded"
        elif old_place not in steady:
            kind = "moved"
        changes.append(SnippetChange(kind, old, one, old_place, place))
    gone = [
        SnippetChange("removed", one, None, place, None) for key, (place, one) in was.items() if key not in now
    ]
    return (*changes, *gone)


def _longest_rising(places: Sequence[int]) -> frozenset[int]:
    rising: list[tuple[int, ...]] = [()]
    for place in places:
        rising.append((*_longest([run for run in rising if not run or run[-1] < place]), place))
    return frozenset(_longest(rising))


def _longest(runs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return max(runs, key=len)


def as_change(metric: str, gain: float) -> float:
    """Return a search's gain (mean paired loss saved) as a change of the task's metric."""
    return -100 * gain if metric == "nmse" else gain


def detectable(difference: Difference) -> float | None:
    """Return the true difference that such a test finds four times in five; None without an interval."""
    if difference.low is None or difference.high is None:
        return None
    return POWER_WIDTHS * (difference.high - difference.low)


@dataclass(frozen=True)
class Pace:
    """Seconds an answer takes on a target, and how many stored answers say so; 0 where it is a first guess."""

    seconds: float
    measured: int


def pace(session: Session, target: str) -> Pace:
    """Return how long an answer of a target took lately (mean of the newest `RECENT` stored answers)."""
    latest = (
        select(CellRow.seconds)
        .where(CellRow.target == get_target(session, target).hash)
        .order_by(col(CellRow.answered_at).desc())
        .limit(RECENT)
    )
    seconds = session.exec(latest).all()
    if not seconds:
        return Pace(FIRST_GUESS_SECONDS, 0)
    return Pace(sum(seconds) / len(seconds), len(seconds))


def sealed_size(session: Session, task: str) -> int:
    """Return how many sealed test examples a task has; raises `Refused` where it has no data."""
    return len(examples_of(session, dataset_of(session, task), "test"))


def seconds_left(run: Run, at: datetime) -> float | None:
    """Estimate a running search's time left from its pace so far; None before the first paid answer.

    An upper estimate: answers that turn out to be stored already take no time, and a search may end early.
    """
    if run.started_at is None or run.counts.paid == 0:
        return None
    each = (at - run.started_at).total_seconds() / run.counts.paid
    return each * max(run.expected - run.counts.asked, 0)


def best_so_far(trace: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Return (answers asked for, best gain by then) at each step: the best is the one seen on most examples."""
    line: list[tuple[int, float]] = []
    best: tuple[int, float] | None = None
    for step in trace:
        seen = (int(step["examples"]), float(step["gain"]))
        best = seen if best is None else max(best, seen)
        line.append((int(step["cells"]), best[1]))
    return line


@dataclass(frozen=True)
class Square:
    """What is released for one task on one target, and what has changed under it since."""

    release: Release
    figure: Difference
    stale: tuple[str, ...]


def prompts(session: Session) -> dict[tuple[str, str], Square]:
    """Return what is released now, by (task, target)."""
    squares: dict[tuple[str, str], Square] = {}
    known = {one.id: one for one in heads(session)}
    for release in releases(session):
        place = (release.task, release.target)
        if place not in squares:
            head = known[release.candidate_id]
            squares[place] = Square(release, head.figures[0], _stale(session, head))
    return squares


def _stale(session: Session, head: Head) -> tuple[str, ...]:
    try:
        return undermined(session, head)
    except Refused as refused:
        return (refused.what,)


def places(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of all tasks and of all targets."""
    return tuple(one.name for one in tasks(session)), tuple(one.name for one in targets(session))


def used_in(session: Session) -> dict[str, tuple[Release, ...]]:
    """Return for each snippet key the current releases that hold it."""
    used: dict[str, tuple[Release, ...]] = {}
    seen = set()
    for release in releases(session):
        if (release.task, release.target) in seen:
            continue
        seen.add((release.task, release.target))
        for one in release.versions:
            key = version(session, one).key
            used[key] = (*used.get(key, ()), release)
    return used
