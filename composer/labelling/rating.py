"""One person rates queued examples, one at a time: blind, stored at once, and each act can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from composer.activity.wording import SINGLE_RATINGS
from composer.labelling.acts import Act, Kind, counting, last_counting, next_item
from composer.labelling.choices import checked
from composer.labelling.rows import (
    RATERS,
    acts_on,
    item_of,
    ratings_by_item,
    require_rater,
    tasks_with_queues,
    waiting_row,
    wanted_raters,
)
from composer.registry.tasks import get_task
from composer.tables import RatingRow
from composer.task.task import Task
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import people, require_somewhere
from library.reasons import reason_of
from library.roles import Person

LONGEST_NOTE = 1_000


@dataclass(frozen=True)
class Turn:
    """The example that a person rates now: its number in the queue, and its inputs.

    Nothing else of it is known here: neither a label nor a split, no answer of a model, and nobody's rating.
    """

    item: int
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Sitting:
    """Where one person stands with a task's queue.

    `turn` is None once they have rated or skipped all that is theirs, which is `total`; `open` is how many wait
    for them. `people` is how many have rated so far, this person included. `last` is the act that they can take
    back.
    """

    task: Task
    turn: Turn | None
    rated: int
    skipped: int
    open: int
    people: int
    last: Act | None

    @property
    def total(self) -> int:
        """How many examples are this person's to rate."""
        return self.rated + self.skipped + self.open


def sitting(session: Session, task_name: str, *, by: str, skipped: bool = False) -> Sitting:
    """Return where a person stands with a task's queue, and the example that they rate now.

    With `skipped`, what they skipped comes again after all else. An example that as many others have rated as
    shall is not theirs. Raises `Refused` for the role, an unknown task, and an example that lacks an input of it.
    """
    require_rater(session, by, task_name)
    task = get_task(session, task_name)
    acts = acts_on(session, task)
    mine = acts.get(by, [])
    done = counting(mine)
    theirs = _open_to(session, task, by, acts)
    item = next_item(by, theirs, mine, skipped=skipped)
    rated = sum(act.kind == "rating" for act in done.values())
    return Sitting(
        task=task,
        turn=None if item is None else _turn(session, task, item),
        rated=rated,
        skipped=len(done) - rated,
        open=sum(one not in done for one in theirs),
        people=sum(any(act.kind == "rating" for act in counting(own).values()) for own in acts.values()),
        last=last_counting(mine),
    )


def has_rated(session: Session, task: str, *, by: str) -> bool:
    """Whether a person has done anything yet with what waits in a task's queue."""
    return by in acts_on(session, get_task(session, task), by=by)


def rate(session: Session, item: int, value: object, *, by: str, at: datetime, note: str = "") -> bool:
    """Store a person's rating of a queued example; returns whether it is anything new.

    Of several the last one counts. What was the person's last act already is not stored again. Raises `Refused`
    for a value that the task doesn't have, an example that waits no more, a bad note, and the role.
    """
    lock_for_writing(session)
    row = waiting_row(session, item)
    require_rater(session, by, row.task)
    task = get_task(session, row.task)
    own = Act(0, item, "rating", checked(value, task), _note(note))
    return _store(session, task, own, by=by, at=at)


def skip(session: Session, item: int, *, by: str, at: datetime) -> bool:
    """Store that a person can't or won't rate a queued example; otherwise as `rate`."""
    lock_for_writing(session)
    row = waiting_row(session, item)
    require_rater(session, by, row.task)
    return _store(session, get_task(session, row.task), Act(0, item, "skip"), by=by, at=at)


def take_back(session: Session, act: int, *, by: str, at: datetime) -> bool:
    """Take back a rating or a skip of one's own, by its number; what was before it counts again.

    Returns False where it is taken back already. Raises `Refused` for somebody else's, one of an example that
    waits no more, and the role.
    """
    lock_for_writing(session)
    require_somewhere(session, by, *RATERS)
    found = session.get(RatingRow, act)
    if found is None or found.kind == "undo" or found.person != by:
        raise Refused("this is no rating of yours", fix="Only what you did yourself can be taken back.")
    task = get_task(session, waiting_row(session, found.queued_id).task)
    require_rater(session, by, task.name)
    if any(one.about == act for one in acts_on(session, task, by=by).get(by, ())):
        return False
    return _store(session, task, Act(0, found.queued_id, "undo", about=act), by=by, at=at)


def waiting_for(session: Session, person: Person) -> int:
    """Return how many queued examples this person has neither rated nor skipped; 0 for whoever may not rate."""
    if not person.may_somewhere(*RATERS) or (person.local and people(session)):
        return 0
    total = 0
    for name in tasks_with_queues(session):
        if not person.for_task(name).may(*RATERS):
            continue
        task = get_task(session, name)
        acts = acts_on(session, task)
        done = counting(acts.get(person.name, []))
        total += sum(item not in done for item in _open_to(session, task, person.name, acts))
    return total


DONE: Mapping[Kind, str] = dict(zip(("rating", "skip", "undo"), SINGLE_RATINGS, strict=True))
"""The action of each kind of act in the log, which tells neither the rating nor the example by its words."""


def _store(session: Session, task: Task, act: Act, *, by: str, at: datetime) -> bool:
    mine = acts_on(session, task, by=by).get(by, ())
    if mine and act.kind != "undo" and mine[-1].does_as(act):
        return False
    session.add(
        RatingRow(
            queued_id=act.item,
            person=by,
            kind=act.kind,
            value=act.value,
            note=act.note,
            about=act.about,
            given_at=at,
        )
    )
    log.append(session, who=by, action=DONE[act.kind], subject=f"queue:{task.name}", why="", detail={}, at=at)
    return True


def _open_to(session: Session, task: Task, person: str, acts: Mapping[str, Sequence[Act]]) -> list[int]:
    """Return the waiting examples that a person may be shown: not those that enough others have rated."""
    others = ratings_by_item({name: own for name, own in acts.items() if name != person})
    return [
        item for item, raters in wanted_raters(session, task.name).items() if len(others.get(item, ())) < raters
    ]


def _turn(session: Session, task: Task, item: int) -> Turn:
    found = item_of(waiting_row(session, item))
    if set(found.inputs) != set(task.inputs):
        raise Refused(
            f"an example was queued before the inputs of task {task.name} were edited",
            fix=f"A curator empties the queue, `composer label close {task.name}`, and queues the rows again.",
        )
    return Turn(item, {name: found.inputs[name] for name in task.inputs})


def _note(note: str) -> str:
    if not note.strip():
        return ""
    text = reason_of(note, "a note")
    if len(text) > LONGEST_NOTE:
        raise Refused(f"the note has {len(text):,} characters", fix=f"Shorten it to {LONGEST_NOTE:,}.")
    return text
