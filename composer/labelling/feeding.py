"""From ratings to data: what is rated by enough people becomes part of a task's data, and leaves the queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from composer.candidates.records import list_candidates
from composer.data.examples import Dataset, Record, Unlabelled
from composer.data.fields import Wrong, common_label
from composer.labelling.acts import Act
from composer.labelling.queueing import end
from composer.labelling.rows import acts_on, item_of, ratings_by_item, waiting_rows
from composer.registry.datasets import current_dataset, dataset_of, has_data
from composer.registry.imports import import_records, prospect
from composer.tables import QueuedRow
from composer.task.task import Task
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import people, require
from library.roles import KEEPERS


@dataclass(frozen=True)
class Relabelled:
    """An example of the data whose label becomes another."""

    id: str
    before: float | str
    after: float | str

    @property
    def distance(self) -> float:
        """How far the label moves on the scale; 1 from one label to another."""
        if isinstance(self.before, str) or isinstance(self.after, str):
            return 1.0
        return abs(self.after - self.before)


@dataclass(frozen=True)
class Feed:
    """What a task's data become, and what has to wait.

    Of the `dataset`, `new` examples were not among the data, `relabelled` get another label, those that move most
    first, and `confirmed` keep theirs and get ratings. Left in the queue are `waiting` that too few people rated,
    `tied` whose ratings come to no one label, and `unfit` that aren't what the data hold under their id, or lack
    an input of the task. `stale` candidates rest on the data of before. `gone` are raters who are no longer here,
    whose ratings count all the same.
    """

    dataset: Dataset
    new: tuple[str, ...]
    relabelled: tuple[Relabelled, ...]
    confirmed: tuple[str, ...]
    waiting: int
    tied: tuple[str, ...]
    unfit: tuple[str, ...]
    stale: int
    gone: tuple[str, ...]


def foresee(session: Session, task: Task, *, raters: int | None = None, by: str) -> Feed:
    """Return what `feed` would make of a task's data, and change nothing; raises `Refused` as that does."""
    require(session, by, *KEEPERS, task=task.name)
    return _prepared(session, task, raters).feed


def feed(session: Session, task: Task, *, raters: int | None = None, by: str, at: datetime) -> Feed:
    """Make what enough people rated part of a task's data, and take it out of the queue; returns what changed.

    Enough are `raters`, or as many as were asked for when it was queued. A label is the mean of the ratings, or
    what most gave, those included that the data have of other people; a label without single ratings is replaced.
    What people noted is kept in the example's explanation. Splits are assigned as by every import. Raises
    `Refused` for the role, where nothing is rated enough, and what an import raises.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS, task=task.name)
    found = _prepared(session, task, raters)
    import_records(session, task, found.records, by=by, at=at)
    end(session, found.rows, "data", by=by, at=at)
    detail = {
        "new": len(found.feed.new),
        "relabelled": len(found.feed.relabelled),
        "confirmed": len(found.feed.confirmed),
    }
    subject = f"queue:{task.name}"
    log.append(session, who=by, action="labels made data", subject=subject, why="", detail=detail, at=at)
    return found.feed


@dataclass(frozen=True)
class _Prepared:
    """What is going to be imported, of which queued rows, and what that changes."""

    records: tuple[Record, ...]
    rows: tuple[QueuedRow, ...]
    feed: Feed


class _Merging:
    """Sorts queued examples into what becomes data and what has to wait."""

    def __init__(self, task: Task, known: Mapping[str, Record]) -> None:
        self.task = task
        self.records = dict(known)
        self.rows: list[QueuedRow] = []
        self.new: list[str] = []
        self.relabelled: list[Relabelled] = []
        self.confirmed: list[str] = []
        self.tied: list[str] = []
        self.unfit: list[str] = []

    def take(self, row: QueuedRow, given: Mapping[str, Act]) -> None:
        """Take one example with the ratings that people gave it."""
        item = item_of(row)
        known = self.records.get(item.id)
        if set(item.inputs) != set(self.task.inputs) or (known and dict(known.inputs) != dict(item.inputs)):
            self.unfit.append(item.id)
            return
        try:
            record = _labelled(self.task, item, known, given)
        except Wrong:
            self.tied.append(item.id)
            return
        if known is None:
            self.new.append(item.id)
        elif known.gold == record.gold:
            self.confirmed.append(item.id)
        else:
            self.relabelled.append(Relabelled(item.id, known.gold, record.gold))
        self.records[item.id] = record
        self.rows.append(row)


def _prepared(session: Session, task: Task, raters: int | None) -> _Prepared:
    if raters is not None and raters < 1:
        raise Refused(f"{raters} people can't have rated an example", fix="Give 1 or more.")
    known = current_dataset(session, task.name).examples if has_data(session, task.name) else ()
    given = ratings_by_item(acts_on(session, task))
    rows = waiting_rows(session, task.name)
    enough = [row for row in rows if len(given.get(row.id or 0, ())) >= (raters or row.raters)]
    merging = _Merging(task, {one.id: one.record for one in known})
    for row in enough:
        merging.take(row, given[row.id or 0])
    if not merging.rows:
        raise _nothing(task, rows, merging)
    records = tuple(merging.records.values())
    raters_of = {person for row in merging.rows for person in given[row.id or 0]}
    here = {one.name for one in people(session)}
    return _Prepared(
        records,
        tuple(merging.rows),
        Feed(
            dataset=prospect(session, task, records),
            new=tuple(merging.new),
            relabelled=tuple(sorted(merging.relabelled, key=lambda one: -one.distance)),
            confirmed=tuple(merging.confirmed),
            waiting=len(rows) - len(enough),
            tied=tuple(merging.tied),
            unfit=tuple(merging.unfit),
            stale=_resting_on_data(session, task),
            gone=tuple(sorted(raters_of - here)) if here else (),
        ),
    )


def _nothing(task: Task, rows: Sequence[QueuedRow], merging: _Merging) -> Refused:
    where = f"task {task.name}"
    if not rows:
        return Refused(
            "nothing waits to be labelled", where=where, fix=f"Queue rows: `composer label queue {task.name}`."
        )
    held = list(_held(merging))
    what = f": {'; '.join(held)}" if held else ""
    return Refused(
        f"no example of the queue can become data{what}",
        where=where,
        fix="Rate more, or ask for fewer ratings with --raters.",
    )


def _held(merging: _Merging) -> Iterator[str]:
    if merging.tied:
        yield f"people are tied on {len(merging.tied)}"
    if merging.unfit:
        yield f"{len(merging.unfit)} aren't what the data hold under their id, or lack an input of the task"


def _labelled(task: Task, item: Unlabelled, known: Record | None, given: Mapping[str, Act]) -> Record:
    """Return an example with the ratings of the queue added to those it has; raises `Wrong` for a tie."""
    own = {person: act.value for person, act in sorted(given.items()) if act.value is not None}
    ratings = {**(known.ratings if known else {}), **own}
    notes = [f"{person}: {act.note}" for person, act in sorted(given.items()) if act.note]
    record = known or item.labelled("", {})
    return replace(
        record,
        gold=common_label(ratings.values(), task, "rating"),
        ratings=ratings,
        explanation="\n".join(text for text in (record.explanation, *notes) if text),
    )


def _resting_on_data(session: Session, task: Task) -> int:
    """Count the candidates that rest on a task's current data."""
    if not has_data(session, task.name):
        return 0
    dataset = dataset_of(session, task.name)
    return sum(one.outcome.dataset == dataset for one in list_candidates(session, task=task.name))
