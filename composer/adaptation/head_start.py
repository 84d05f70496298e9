"""The head start of a search on a new target: what the searches on others showed of the snippets it may use.

A finished search keeps what its answers showed of every snippet it tried. They were answers on dev examples: no
search sees a sealed one. Searches for the same task on the same data count, and of a snippet those that tried the
wording it has now. A snippet's kind comes from its curator's tags: see `composer.search.carrying_over.kinds_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from composer.home.processes import FINISHED
from composer.prompts.vocabulary import Vocabulary
from composer.runs.records import ATTRIBUTION
from composer.search.carrying_over import Shown, kinds_of, learnt, shown_in
from composer.search.prior import Prior
from composer.tables import RunRow
from composer.tables.runs import PROPOSED
from library.parts import in_parts
from library.snippets import versions_of
from library.tables import IN_FORCE, LogRow
from library.versions import SnippetVersion


def prior_for(session: Session, vocabulary: Vocabulary, *, dataset: str, target: str) -> Prior | None:
    """Return what searches on other targets let expect of a vocabulary's snippets; None where they showed nothing.

    `dataset` is the hash of the data, `target` that of the target which the head start is for. The same home gives
    the same prior.
    """
    searches = [_shown(row) for row in _finished(session, vocabulary.task.hash, dataset, target)]
    wordings = _Wordings.read(session, {name.partition("@")[0] for one in searches for name in one.shown.gains})
    own = {version.sha256: name for name, version in vocabulary.versions.items()}
    found: dict[str, Shown] = {}
    for one in searches:
        now = {
            own[sha256]: gain
            for name, gain in one.shown.gains.items()
            if (sha256 := wordings.meant(name, one.entered)) in own
        }
        found[one.target] = _surer(found.get(one.target), Shown(one.shown.target, now, one.shown.cells))
    return learnt(kinds_of(vocabulary.tags()), [found[hash] for hash in sorted(found)])


@dataclass(frozen=True)
class _Search:
    """What one search showed, on the target with this hash; `entered` is when its snippets were read."""

    target: str
    entered: datetime
    shown: Shown


def _finished(session: Session, task: str, dataset: str, target: str) -> Iterator[Row[tuple[object, ...]]]:
    columns = ("target", "target_hash", "created_at", "worth", "asked", "budget", "result")
    query = select_columns(*(getattr(RunRow, name) for name in columns)).where(
        col(RunRow.state) == FINISHED,
        col(RunRow.strategy) != PROPOSED,
        col(RunRow.task_hash) == task,
        col(RunRow.dataset) == dataset,
        col(RunRow.target_hash) != target,
    )
    rows = session.execute(query.order_by(col(RunRow.id)))
    return (row for row in rows if row.worth is not None and not _speechless(row.result))


def _speechless(result: Mapping[str, Any]) -> bool:
    """Whether no answer of a search was valid: all lost everything alike, which says nothing of the snippets."""
    best = result.get("best_valid")
    return best is not None and not best["valid"]


def _shown(row: Row[tuple[object, ...]]) -> _Search:
    # What a run asked for beyond its budget were sealed examples, after its search.
    shown = shown_in(row.target, ATTRIBUTION.validate_python(row.worth), min(row.asked, row.budget))
    return _Search(row.target_hash, row.created_at, shown)


def _surer(before: Shown | None, more: Shown) -> Shown:
    """Return what several searches on one target showed: of each snippet by the one that is surest of it.

    They may share answers, so that two of them are no surer than the better one.
    """
    if before is None:
        return more
    gains = dict(before.gains)
    for name, gain in more.gains.items():
        gains[name] = min(gains.get(name, gain), gain, key=lambda one: one[1])
    return Shown(before.target, gains, before.cells + more.cells)


@dataclass(frozen=True)
class _Wordings:
    """The versions of each key that were ever in force, the oldest first, with since when they were."""

    of: Mapping[str, Sequence[tuple[SnippetVersion, datetime]]]

    @staticmethod
    def read(session: Session, keys: Iterable[str]) -> _Wordings:
        """Read the versions of these keys."""
        versions = versions_of(session, sorted(keys))
        vetted = _vetted_at(session, [key for key, each in versions.items() if len(each) > 1])
        return _Wordings(
            {
                key: [
                    (one, vetted.get((key, one.version), one.created_at)) for one in each if one.state in IN_FORCE
                ]
                for key, each in versions.items()
            }
        )

    def meant(self, name: str, entered: datetime) -> str:
        """Return the hash of the wording that a search entered then meant by a name; empty where it is lost."""
        key, _, number = name.partition("@")
        known = self.of.get(key, ())
        fitting = [one for one, since in known if (str(one.version) == number if number else since <= entered)]
        if len(known) == 1:
            return known[0][0].sha256
        return fitting[-1].sha256 if fitting else ""


def _vetted_at(session: Session, keys: Sequence[str]) -> Mapping[tuple[str, int], datetime]:
    """Return when versions of these keys that were drafts at first were vetted, as the log has it."""
    found: dict[tuple[str, int], datetime] = {}
    for some in in_parts([f"snippet:{key}" for key in keys]):
        query = select_columns(col(LogRow.subject), col(LogRow.at), col(LogRow.detail)).where(
            col(LogRow.subject).in_(some), col(LogRow.action) == "vetted"
        )
        for subject, at, detail in session.execute(query):
            if isinstance(version := detail.get("version"), int):
                found[subject.partition(":")[2], version] = at
    return found
