"""A new task with its labelled data, stored together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from composer.data.examples import Record
from composer.registry.imports import Imported, import_records
from composer.registry.tasks import add_task, task_hash
from composer.task.task import Task
from library.database import lock_for_writing
from library.errors import Refused


def create_task(session: Session, task: Task, records: Sequence[Record], *, by: str, at: datetime) -> Imported:
    """Store a task that is new here, and its data; the same once more changes nothing.

    Raises `Refused` where a task of the name is there that is another one, for the role, and as importing does.
    """
    lock_for_writing(session)
    if task_hash(session, task.name) not in ("", task.hash):
        raise Refused(
            f"there is a task {task.name} already, and it is another one",
            fix=f"Give this one another name; `composer data import {task.name} FILE` brings that one more rows.",
        )
    add_task(session, task, by=by, at=at)
    return import_records(session, task, records, by=by, at=at)
