"""Bases of a task besides its own: whole prompts that somebody proposed, each stored once and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from composer.prompts.composition import UnvettedText
from composer.prompts.parts import Parts
from composer.tables import BaseRow
from composer.task.task import Task
from library.canonical import text_digest


@dataclass(frozen=True)
class ProposedBase:
    """One base that somebody proposed for a task; `note` says where it came from, where that is known."""

    id: int
    task: str
    text: str
    sha256: str
    added_by: str
    added_at: datetime
    note: str


def get_base(session: Session, task: str, number: int) -> ProposedBase:
    """Return a base that was proposed for a task; raises `UnvettedText` unless its text is what was proposed."""
    row = session.get(BaseRow, number)
    if row is None or row.task != task:
        raise UnvettedText(
            f"base {number} of task {task} is not stored", fix="Restore the database from a backup."
        )
    if text_digest(row.text) != row.sha256:
        raise UnvettedText(
            f"the text of base {number} is not the text that was proposed",
            fix="Restore the database from a backup: bases never change.",
        )
    return ProposedBase(**row.model_dump())


def text_of_base(session: Session, task: Task, number: int | None) -> str:
    """Return the text of a base by its number; None is the task's own. Raises what `get_base` raises."""
    return task.base if number is None else get_base(session, task.name, number).text


def number_of_base(session: Session, task: Task, text: str) -> int | None:
    """Return the number of a base by its text; None for the task's own. Raises `UnvettedText` for any other."""
    if text == task.base:
        return None
    number = find_base(session, task, text)
    if number is None:
        raise UnvettedText(f"a prompt of task {task.name} has a base that is neither the task's nor was proposed")
    return number


def find_base(session: Session, task: Task, text: str) -> int | None:
    """Return the number of the base with this text that was proposed for a task; None where none was."""
    query = select(BaseRow.id).where(BaseRow.task == task.name, BaseRow.sha256 == text_digest(text))
    number = session.exec(query).first()
    return None if number is None else get_base(session, task.name, number).id


def named_alike(session: Session, task: Task, parts: Parts) -> Parts:
    """Return the parts by which rows name this composition now: the task's own base by no number.

    A proposed base is the task's own once its file has been given the same text.
    """
    return Parts(number_of_base(session, task, text_of_base(session, task, parts.base)), parts.versions)
