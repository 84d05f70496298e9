"""What people read, composed from several rows: pages and commands show it, and hold no queries of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from composer.candidates.records import Head, heads
from composer.evaluation.comparison import Difference
from composer.registry.lookup import dataset_of, examples_of, get_target, targets, tasks
from composer.registry.releases import Release, releases
from composer.review.inbox import needs
from composer.review.status import Standing, get_standing
from composer.runs.records import Run
from composer.tables import CellRow
from library.errors import Refused
from library.people import Person
from library.snippets import SnippetVersion, version
from library.tables import SnippetRow, SnippetVersionRow

RECENT = 200
"""Answers looked at to say how long one takes."""
FIRST_GUESS_SECONDS = 2.0
"""Seconds an answer where none was measured: an embedded model on two cores."""
POWER_WIDTHS = 2.8016 / (2 * 1.95996)
"""The difference a test finds four times in five, in widths of its 95% interval (normal approximation)."""


@dataclass(frozen=True)
class Entry:
    """A line of the inbox: where a candidate stands, or why it can't be read any more.

    `keys` names the snippets of its composition; empty where they can't be read.
    """

    candidate_id: int
    task: str
    target: str
    proposed_by: str
    created_at: datetime
    standing: Standing | None
    problem: str = ""
    keys: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """The candidate's state; `unreadable` where it has none any more."""
        return self.standing.state if self.standing else "unreadable"


def inbox(session: Session) -> tuple[Entry, ...]:
    """Return every candidate, newest first; one that can't be read says why, and hides none of the others."""
    return _entries(session, heads(session))


def _entries(session: Session, found: Sequence[Head]) -> tuple[Entry, ...]:
    # A session remembers rows only while somebody holds them, and every candidate asks for the same snippets.
    held = (session.exec(select(SnippetVersionRow)).all(), session.exec(select(SnippetRow)).all())
    entries = tuple(_entry(session, one) for one in found)
    del held
    return entries


def _entry(session: Session, head: Head) -> Entry:
    known = (head.id, head.task, head.target, head.proposed_by, head.created_at)
    try:
        standing = get_standing(session, head)
        return Entry(*known, standing, keys=tuple(version(session, one).key for one in head.versions))
    except Refused as refused:
        return Entry(*known, None, str(refused))


def waiting_for(session: Session, person: Person) -> int:
    """Return how many candidates wait for this person's decision; most are told apart without looking closer."""
    if not person.may("reviewer"):
        return 0
    known = heads(session)
    settled = {one.rescored_from for one in known} | {one.candidate_id for one in releases(session)}
    entries = _entries(session, [one for one in known if one.id not in settled])
    return sum(entry.standing is not None and needs(entry.standing, person) for entry in entries)


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

    A snippet counts as moved when it isn't in the longest run of kept snippets that stand in the same order,
    and as reworded only when its words differ: another version with the same text is the same instruction.
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
        elif old.text != one.text:
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
