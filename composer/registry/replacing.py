"""Files that replace what is stored under their name: nobody's change is replaced unseen."""

from __future__ import annotations

from sqlmodel import Session, col, select

from composer.models.target import Target
from composer.tables import TargetRow, TaskRow
from composer.task.task import Task
from library.database import lock_for_writing
from library.errors import Refused

SHORTEST = 8
"""How many characters of a hash tell at least which content is meant."""


def require_seen(session: Session, new: Task | Target, *, by: str, replaces: str = "") -> None:
    """Raise `Refused` where adding a task or target replaces what somebody else added and who adds it hasn't seen.

    `replaces` is the beginning of the hash of what they saw; empty where they don't tell. What they added last
    themselves they know. Takes the write lock, so that what was seen stays what is replaced.
    """
    lock_for_writing(session)
    kind, look = ("task", f"show {new.name}") if isinstance(new, Task) else ("target", "list")
    row = _current(session, new)
    if row is None or _same(row, new):
        return
    told = len(replaces) >= SHORTEST and row.hash.startswith(replaces)
    if told or (not replaces and row.added_by == by):
        return
    after = new.model_dump(mode="json")
    differ = sorted(name for name, value in after.items() if row.content.get(name) != value)
    raise Refused(
        f"{kind} {new.name} is by now what {row.added_by} added on {row.added_at:%Y-%m-%d at %H:%M} UTC, and"
        f" differs from this file in {', '.join(differ)}",
        fix=f"Look at it (`composer {kind} {look} --json`), bring what is right into the file, and add that with"
        f" --replaces {row.hash[:12]}.",
    )


def _same(row: TaskRow | TargetRow, new: Task | Target) -> bool:
    return row.hash == new.hash if isinstance(new, Task) else Target.model_validate(row.content) == new


def _current(session: Session, new: Task | Target) -> TaskRow | TargetRow | None:
    if isinstance(new, Task):
        tasks = select(TaskRow).where(TaskRow.name == new.name).order_by(col(TaskRow.id).desc())
        return session.exec(tasks.limit(1)).first()
    targets = select(TargetRow).where(TargetRow.name == new.name).order_by(col(TargetRow.id).desc())
    return session.exec(targets.limit(1)).first()
