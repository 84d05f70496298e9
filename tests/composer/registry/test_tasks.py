"""Tasks and targets by name: one is asked for without reading the others."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from composer.models.target import Target
from composer.registry.targets import add_target, get_target, list_targets, task_and_target_names
from composer.registry.tasks import add_task, get_task, list_tasks
from composer.tables import TargetRow, TaskRow
from library.database import Database
from library.errors import Refused
from tests import small


def spoil(session: Session) -> None:
    """Store a task and a target that no version of the program could read."""
    session.add(TaskRow(name="broken", hash="0", content={}, added_by="Ada", added_at=small.NOW))
    session.add(TargetRow(name="broken", hash="0", content={}, added_by="Ada", added_at=small.NOW))


def test_one_task_or_target_is_read_without_the_others(filled: Database) -> None:
    with filled.session() as session:
        spoil(session)
    with filled.session() as session:
        assert get_task(session, "small").name == "small"
        assert get_target(session, "tiny").name == "tiny"
        assert task_and_target_names(session) == (("broken", "small"), ("broken", "tiny"))
        with pytest.raises(Refused, match=r"no task is called smal.*Known: small"):
            get_task(session, "smal")
        with pytest.raises(Refused, match=r"no target is called tin.*Known: tiny"):
            get_target(session, "tin")


def test_lists_hold_the_newest_content_of_each_name_in_their_order(filled: Database) -> None:
    with filled.session() as session:
        add_task(session, small.label_task(), by="Ada", at=small.NOW)
        add_task(session, small.task(title="Newer"), by="Ada", at=small.NOW)
        newer = get_target(session, "tiny").model_copy(update={"temperature": 0.5})
        add_target(session, newer, by="Ada", at=small.NOW)
        assert [(one.name, one.title) for one in list_tasks(session)] == [
            ("labels", "Small task"),
            ("small", "Newer"),
        ]
        assert list_targets(session) == (newer,)


def test_a_task_and_a_target_whose_name_looks_like_another_s_are_refused(filled: Database) -> None:
    with filled.session() as session:
        _look_alikes(session)


def _look_alikes(session: Session) -> None:
    add_task(session, small.task(name="polarity"), by="Ada", at=small.NOW)
    with pytest.raises(Refused, match="the task 'po1arity' looks like the task 'polarity'"):
        add_task(session, small.task(name="po1arity"), by="Ada", at=small.NOW)
    one = Target(name="small-model", kind="embedded", model="qwen2.5-coder-0.5b")
    add_target(session, one, by="Ada", at=small.NOW)
    with pytest.raises(Refused, match="the target 'sma1l-model' looks like the target 'small-model'"):
        add_target(session, one.model_copy(update={"name": "sma1l-model"}), by="Ada", at=small.NOW)
