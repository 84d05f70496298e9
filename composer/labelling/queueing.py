"""Putting examples into a task's queue, from a table without labels or from its data, and emptying it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from composer.data.dataset import cut
from composer.data.examples import Unlabelled
from composer.labelling.doubt import REASONS, Ground, doubtful
from composer.labelling.rows import RATERS, WAITING, waiting_rows
from composer.registry.datasets import current_dataset, has_data
from composer.tables import QueuedRow
from composer.task.task import Task
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import people, require
from library.reasons import reason_of
from library.roles import KEEPERS
from library.tables import insert_all

UNLABELLED = "it has no label"
USUAL_RATERS = 3


@dataclass(frozen=True)
class Queued:
    """What came of queueing: how many examples were `added`, each for so many `raters`.

    Not added were those that `waited` already, that are `labelled` (among the data by id or inputs), and those of
    slices that the task doesn't take: `other_slices`. `ground` is why doubtful ones were chosen.
    """

    added: int
    raters: int
    waited: int = 0
    labelled: int = 0
    other_slices: int = 0
    ground: Ground | None = None


def usual_raters(session: Session, task: str) -> int:
    """Return how many people shall rate an example where nobody says: three, or as many as there are who may."""
    able = sum(one.for_task(task).may(*RATERS) for one in people(session))
    return min(USUAL_RATERS, max(able, 1))


def queue_unlabelled(
    session: Session, task: Task, items: Sequence[Unlabelled], *, raters: int | None = None, by: str, at: datetime
) -> Queued:
    """Put rows that have no label into a task's queue, each to be rated by so many people.

    Raises `Refused` for the role, a number of raters below 1, and an id that other inputs have already.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS, task=task.name)
    shortened = [_cut(task, one) for one in items]
    wanted = [one for one in shortened if not task.data.slices or one.slice in task.data.slices]
    examples = current_dataset(session, task.name).examples if has_data(session, task.name) else ()
    labelled = {one.id: dict(one.inputs) for one in examples}
    waiting = {row.example_id: row.content["inputs"] for row in waiting_rows(session, task.name)}
    for one in wanted:
        for known in (labelled, waiting):
            if known.get(one.id, one.inputs) != one.inputs:
                what = f"another example has the id {one.id}"
                raise Refused(
                    what, where=f"task {task.name}", fix="Give the row an id of its own; nothing was stored."
                )
    texts = {_key(one.inputs) for one in examples}
    waited = [one for one in wanted if one.id in waiting]
    known_already = [one for one in wanted if one.id not in waiting and _key(one.inputs) in texts]
    left_out = {one.id for one in (*waited, *known_already)}
    new = [one for one in wanted if one.id not in left_out]
    number = _add(session, task, new, UNLABELLED, raters, by=by, at=at)
    return Queued(len(new), number, len(waited), len(known_already), len(items) - len(wanted))


def queue_doubtful(
    session: Session,
    task: Task,
    most: int,
    *,
    ground: Ground | None = None,
    raters: int | None = None,
    by: str,
    at: datetime,
) -> Queued:
    """Put the most doubtful examples of a task's data into its queue, at most so many, to be rated anew.

    Raises `Refused` for the role, numbers below 1, and where nothing is known on that ground.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS, task=task.name)
    if most < 1:
        raise Refused(f"{most} examples can't be queued", fix="Give 1 or more.")
    found = doubtful(session, task, ground)
    waiting = {row.example_id for row in waiting_rows(session, task.name)}
    chosen = [one for one in found.examples if one.id not in waiting][:most]
    items = [
        Unlabelled(one.id, one.inputs, one.clusters, one.explanation, one.slice, one.must_not_regress, one.extras)
        for one in chosen
    ]
    number = _add(session, task, items, REASONS[found.ground], raters, by=by, at=at)
    return Queued(len(items), number, waited=len(waiting), ground=found.ground)


def close_queue(session: Session, task: Task, *, reason: str, by: str, at: datetime) -> int:
    """Take all that waits out of a task's queue and return how many examples that were; ratings stay stored.

    Raises `Refused` for the role, an empty reason, and an empty queue.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS, task=task.name)
    why = reason_of(reason, "closing a queue")
    rows = waiting_rows(session, task.name)
    if not rows:
        raise Refused("nothing waits to be labelled", where=f"task {task.name}")
    end(session, rows, "closed", by=by, at=at)
    _log(session, task, "queue closed", why, {"examples": len(rows)}, by=by, at=at)
    return len(rows)


def end(session: Session, rows: Iterable[QueuedRow], outcome: str, *, by: str, at: datetime) -> None:
    """Note what became of queued examples, which wait no more; the next entry of the log names them."""
    for row in rows:
        row.outcome, row.ended_by, row.ended_at = outcome, by, at
        session.add(row)
    session.flush()


def _add(
    session: Session,
    task: Task,
    items: Sequence[Unlabelled],
    reason: str,
    raters: int | None,
    *,
    by: str,
    at: datetime,
) -> int:
    number = usual_raters(session, task.name) if raters is None else raters
    if number < 1:
        raise Refused(f"{number} people can't rate an example", fix="Give 1 or more.")
    if not items:
        return number
    insert_all(
        session,
        QueuedRow,
        (
            {
                "task": task.name,
                "example_id": one.id,
                "content": _content(one),
                "reason": reason,
                "raters": number,
                "queued_by": by,
                "queued_at": at,
                "outcome": WAITING,
                "ended_by": "",
                "ended_at": None,
            }
            for one in items
        ),
    )
    detail = {"examples": len(items), "raters": number}
    _log(session, task, "examples queued", reason, detail, by=by, at=at)
    return number


def _log(
    session: Session, task: Task, action: str, why: str, detail: Mapping[str, object], *, by: str, at: datetime
) -> None:
    log.append(session, who=by, action=action, subject=f"queue:{task.name}", why=why, detail=dict(detail), at=at)


def _cut(task: Task, one: Unlabelled) -> Unlabelled:
    return Unlabelled(**{**vars(one), "inputs": dict(cut(one.inputs, task.data.words))})


def _content(one: Unlabelled) -> dict[str, object]:
    fields = {name: value for name, value in vars(one).items() if name != "id"}
    return {**fields, "inputs": dict(one.inputs), "clusters": list(one.clusters), "extras": dict(one.extras)}


def _key(inputs: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(inputs.items())
