"""What each snippet is worth on each target: its effect in the newest search that tried it, and who picked it.

An effect is a search estimate, next to the snippets of the prompt that was in use then. It belongs to a wording:
one that was measured with an older wording says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func

from composer.evaluation.metrics import Metric, as_difference, figures
from composer.evaluation.outcomes import Difference
from composer.home.processes import FINISHED
from composer.registry.tasks import get_task_version
from composer.tables import RunRow
from composer.tables.runs import PROPOSED
from library.parts import in_parts
from library.snippets import versions_of
from library.tables import IN_FORCE, LogRow

Place = tuple[str, str]
"""A task and a target, by name."""


@dataclass(frozen=True)
class Worth:
    """What the finished searches for one task and target show of one snippet.

    `effect` is what it changed the metric by in `run`, the newest search that tried it, over `cells` answers;
    None where none did. `version` had the wording that was tried; `outdated` is whether another is in force now.
    `tried` counts the searches that tried this wording, over `answers` in all. Of any wording, `could` counts the
    searches that could have tried it, `helped` are those in which its gain was clear, and `picked` those whose
    composition holds it, the newest first.
    """

    key: str
    task: str
    target: str
    effect: Difference | None = None
    cells: int = 0
    run: int | None = None
    version: int | None = None
    outdated: bool = False
    could: int = 0
    tried: int = 0
    answers: int = 0
    helped: tuple[int, ...] = ()
    picked: tuple[int, ...] = ()

    @property
    def place(self) -> Place:
        """Its task and target."""
        return self.task, self.target


def saved(effect: Difference) -> tuple[float, float, float]:
    """Return an effect as the loss it saves, in [-1, 1], and the ends of its interval: larger is better."""
    ends = (effect.difference or 0.0, effect.low or 0.0, effect.high or 0.0)
    gain, low, high = (-one / 100 if effect.better_is == "lower" else one for one in ends)
    return gain, min(low, high), max(low, high)


def best(each: Iterable[Worth]) -> Worth | None:
    """Return where a snippet surely saves most: that of the highest lower end; None where nothing tried it."""
    return max(
        (one for one in each if one.effect is not None),
        key=lambda one: saved(one.effect)[1] if one.effect else 0.0,
        default=None,
    )


@dataclass(frozen=True)
class JointEffect:
    """What two snippets change the metric by beyond the sum of both, in the newest search that says so."""

    keys: tuple[str, str]
    task: str
    target: str
    effect: Difference
    cells: int
    run: int


@dataclass(frozen=True)
class LibraryWorth:
    """What the finished searches show of the library.

    `snippets` maps each key that any of them could use to its worth, by task and target. `pairs` are the joint
    effects that were kept, each once for a task and target.
    """

    snippets: Mapping[str, tuple[Worth, ...]] = field(default_factory=dict)
    pairs: tuple[JointEffect, ...] = ()

    def of(self, key: str) -> tuple[Worth, ...]:
        """Return what one snippet is worth, by task and target; empty where no search could use it."""
        return self.snippets.get(key, ())


@dataclass(frozen=True)
class _Search:
    """One finished search, read as it is stored: hundreds of them hold too much to check each part."""

    id: int
    task: str
    target: str
    metric: Metric
    entered: datetime
    composition: frozenset[str]
    snippets: Sequence[Mapping[str, Any]]
    pairs: Sequence[Mapping[str, Any]]


@dataclass
class _Seen:
    """What was seen of one snippet, the newest searches first: `trials` are its wordings that were tried."""

    could: int = 0
    trials: list[tuple[_Search, Mapping[str, Any]]] = field(default_factory=list)
    picked: list[int] = field(default_factory=list)

    def add(self, key: str, search: _Search, names: Sequence[Mapping[str, Any]]) -> None:
        """Note what a search shows of the wordings of a key, that of its day before older ones."""
        self.could += 1
        if key in search.composition:
            self.picked.append(search.id)
        tried = [one for one in names if one["cells"]]
        if len(tried) > 1:
            tried.sort(key=lambda one: len(one["keys"][0]))
        self.trials += [(search, one) for one in tried]


def finished_runs(session: Session) -> tuple[int, str]:
    """Return how many runs have finished and when the last did: while both stay, no run has more to say."""
    query = select_columns(func.count(col(RunRow.id)), func.max(col(RunRow.ended_at)))
    number, last = session.execute(query.where(col(RunRow.state) == FINISHED)).one()
    return int(number), str(last or "")


@dataclass(frozen=True)
class Searches:
    """What the finished searches hold, whatever became of the library since; the same while `finished_runs` is."""

    seen: Mapping[tuple[str, Place], _Seen]
    pairs: tuple[JointEffect, ...]


def read_searches(session: Session) -> Searches:
    """Return what the finished searches hold; raises `Refused` where a task's row was changed."""
    searches = tuple(_searches(session))
    seen: dict[tuple[str, Place], _Seen] = {}
    for search in searches:
        place = (search.task, search.target)
        for key, names in _by_key(search.snippets).items():
            seen.setdefault((key, place), _Seen()).add(key, search, names)
    return Searches(seen, tuple(_joint_effects(searches)))


def library_worth(session: Session, searches: Searches | None = None) -> LibraryWorth:
    """Return what the finished searches show of the library as it is now; `searches` if read before."""
    searches = searches or read_searches(session)
    wordings = _wordings(session, sorted({key for key, _ in searches.seen}))
    found: dict[str, list[Worth]] = {}
    for (key, place), one in sorted(searches.seen.items(), key=lambda each: each[0]):
        found.setdefault(key, []).append(_worth(key, place, one, wordings.get(key, ())))
    return LibraryWorth({key: tuple(each) for key, each in found.items()}, searches.pairs)


def _searches(session: Session) -> Iterator[_Search]:
    """Yield the finished searches whose effects are known, the newest first, whatever the clock said meanwhile."""
    columns = ("id", "task", "task_hash", "target", "created_at", "worth", "result")
    query = select_columns(*(getattr(RunRow, name) for name in columns)).where(
        col(RunRow.state) == FINISHED, col(RunRow.strategy) != PROPOSED
    )
    metrics: dict[str, Metric] = {}
    for row in session.execute(query.order_by(col(RunRow.id).desc())):
        if row.worth is None or not row.result:  # older than this figure
            continue
        if row.task_hash not in metrics:
            metrics[row.task_hash] = figures(get_task_version(session, row.task_hash))[0]
        yield _Search(
            row.id,
            row.task,
            row.target,
            metrics[row.task_hash],
            row.created_at,
            frozenset(row.result["keys"]),
            row.worth["snippets"],
            row.worth["pairs"],
        )


def _by_key(snippets: Iterable[Mapping[str, Any]]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in snippets:
        found.setdefault(one["keys"][0].partition("@")[0], []).append(one)
    return found


def _worth(key: str, place: Place, seen: _Seen, wordings: Sequence[_Wording]) -> Worth:
    """Return what was seen of one snippet as its worth; `wordings` are those that were ever in force."""
    helped = dict.fromkeys(search.id for search, stored in seen.trials if stored["low"] > 0)
    counts = Worth(key, *place, could=seen.could, helped=tuple(helped), picked=tuple(seen.picked))
    if not seen.trials:
        return counts
    newest, stored = seen.trials[0]
    meant = [_meant(search, one, wordings) for search, one in seen.trials]
    now = meant[0]
    same = [
        one
        for (_, one), other in zip(seen.trials, meant, strict=True)
        if (other and other.sha256) == (now and now.sha256)
    ]
    return replace(
        counts,
        effect=_difference(stored, newest),
        cells=stored["cells"],
        run=newest.id,
        version=now.version if now else None,
        outdated=now is not None and now.sha256 != wordings[-1].sha256,
        tried=len(same),
        answers=sum(one["cells"] for one in same),
    )


def _meant(search: _Search, stored: Mapping[str, Any], wordings: Sequence[_Wording]) -> _Wording | None:
    """Return which version a search's name means: the one it says, or the one then in force; None where lost."""
    if len(wordings) == 1:
        return wordings[0]
    older = stored["keys"][0].partition("@")[2]
    found = [one for one in wordings if (str(one.version) == older if older else one.since <= search.entered)]
    return found[-1] if found else None


def _difference(stored: Mapping[str, Any], search: _Search) -> Difference:
    metric = search.metric
    return as_difference(metric.name, metric.better_is, stored["gain"], stored["low"], stored["high"])


def _joint_effects(searches: Iterable[_Search]) -> Iterator[JointEffect]:
    known: set[tuple[frozenset[str], str, str]] = set()
    for search in searches:
        for stored in search.pairs:
            one, other = (name.partition("@")[0] for name in stored["keys"])
            pair = (frozenset((one, other)), search.task, search.target)
            if one != other and pair not in known:
                known.add(pair)
                effect = _difference(stored, search)
                yield JointEffect((one, other), search.task, search.target, effect, stored["cells"], search.id)


@dataclass(frozen=True)
class _Wording:
    """A version that was ever in force, and since when."""

    version: int
    sha256: str
    since: datetime


def _wordings(session: Session, keys: Sequence[str]) -> Mapping[str, Sequence[_Wording]]:
    """Return for each of these keys the versions that were ever in force, the oldest first."""
    versions = versions_of(session, keys)
    several = [key for key, each in versions.items() if len(each) > 1]
    vetted = _vetted_at(session, several)
    return {
        key: [
            _Wording(one.version, one.sha256, vetted.get((key, one.version), one.created_at))
            for one in each
            if one.state in IN_FORCE
        ]
        for key, each in versions.items()
    }


def _vetted_at(session: Session, keys: Sequence[str]) -> Mapping[tuple[str, int], datetime]:
    """Return when versions of these keys that were drafts at first were vetted, as the log has it."""
    found: dict[tuple[str, int], datetime] = {}
    columns = (col(LogRow.subject), col(LogRow.at), col(LogRow.detail))
    for some in in_parts([f"snippet:{key}" for key in keys]):
        query = select_columns(*columns).where(col(LogRow.subject).in_(some), col(LogRow.action) == "vetted")
        for subject, at, detail in session.execute(query):
            if isinstance(version := detail.get("version"), int):
                found[subject.partition(":")[2], version] = at
    return found
