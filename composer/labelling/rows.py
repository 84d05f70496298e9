"""The stored queue of a task: which examples wait, and what each person did with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Table as SqlTable
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from composer.data.examples import Unlabelled
from composer.labelling.acts import Act, counting
from composer.labelling.choices import is_answer
from composer.tables import QueuedRow, RatingRow
from composer.task.task import Task
from library.errors import Refused
from library.people import NotAllowed, people, require
from library.roles import Person, Role

RATERS: tuple[Role, ...] = ("rater", "curator", "reviewer")
"""Who may rate."""
_QUEUED: SqlTable = QueuedRow.__table__  # type: ignore[attr-defined]
_RATING: SqlTable = RatingRow.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_RATING.c[name] for name in ("person", "id", "queued_id", "kind", "value", "note", "about"))
WAITING = ""
"""The outcome of a queued example that still waits."""


def require_rater(session: Session, by: str, task: str) -> Person:
    """Return who rates, who must have a role for it, for this task; raises `NotAllowed` otherwise.

    Where people sign in, the local person doesn't rate: a rating is one person's.
    """
    person = require(session, by, *RATERS, task=task)
    if person.local and people(session):
        raise NotAllowed(
            "people sign in to this home, and each rates under their own name", fix="Sign in to the app."
        )
    return person


def wanted_raters(session: Session, task: str) -> dict[int, int]:
    """Return the numbers of the examples that wait in a task's queue, each with how many people shall rate it."""
    query = select(QueuedRow.id, QueuedRow.raters).where(QueuedRow.task == task, QueuedRow.outcome == WAITING)
    return {number: raters for number, raters in session.exec(query.order_by(col(QueuedRow.id))) if number}


def waiting_rows(session: Session, task: str) -> tuple[QueuedRow, ...]:
    """Return the examples that wait in a task's queue, oldest first."""
    query = select(QueuedRow).where(QueuedRow.task == task, QueuedRow.outcome == WAITING)
    return tuple(session.exec(query.order_by(col(QueuedRow.id))))


def waiting_row(session: Session, item: int) -> QueuedRow:
    """Return an example that waits; raises `Refused` where there is none of this number, or it waits no more."""
    row = session.get(QueuedRow, item)
    if row is None:
        raise Refused(f"no example {item} was queued for labelling")
    if row.outcome != WAITING:
        what = "is part of the data by now" if row.outcome == "data" else "was taken out of the queue"
        raise Refused(
            f"this example {what}", where=f"task {row.task}", fix="Nothing was stored: go on with the next."
        )
    return row


def tasks_with_queues(session: Session) -> tuple[str, ...]:
    """Return the names of the tasks that have something in their queue, sorted."""
    query = select(QueuedRow.task).where(QueuedRow.outcome == WAITING).distinct()
    return tuple(sorted(session.exec(query)))


def item_of(row: QueuedRow) -> Unlabelled:
    """Return a queued example as what it was queued from."""
    return Unlabelled(id=row.example_id, **{**row.content, "clusters": tuple(row.content["clusters"])})


def acts_on(session: Session, task: Task, *, by: str | None = None) -> Mapping[str, Sequence[Act]]:
    """Return what people did with the examples that wait, by person, oldest first; of one person alone with `by`.

    Ratings that the task no longer has, since its scale or labels were edited, are not among them.
    """
    of_a_task = (col(QueuedRow.task) == task.name) & (col(QueuedRow.outcome) == WAITING)
    # Read by columns: thousands of mapped rows would take ten times as long, at each rating.
    query = sa_select(*_COLUMNS).join(_QUEUED, _QUEUED.c.id == _RATING.c.queued_id).where(of_a_task)
    if by is not None:
        query = query.where(_RATING.c.person == by)
    found: dict[str, list[Act]] = defaultdict(list)
    known: dict[object, bool] = {None: True}
    for person, number, item, kind, stored, note, about in session.execute(query.order_by(_RATING.c.id)):
        value = float(stored) if isinstance(stored, int) else stored  # as SQLite gives 3.0 back
        if value not in known:
            known[value] = is_answer(value, task)
        if known[value]:
            found[person].append(Act(number, item, kind, value, note, about))
    return found


def ratings_by_item(acts: Mapping[str, Sequence[Act]]) -> dict[int, dict[str, Act]]:
    """Return the ratings that count of each example, by person."""
    found: dict[int, dict[str, Act]] = defaultdict(dict)
    for person, own in acts.items():
        for item, act in counting(own).items():
            if act.kind == "rating":
                found[item][person] = act
    return found
