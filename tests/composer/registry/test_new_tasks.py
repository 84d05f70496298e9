"""A new task and its data are stored together, or neither is."""

from __future__ import annotations

import pytest

from composer.data.examples import Record
from composer.registry.datasets import has_data
from composer.registry.new_tasks import create_task
from composer.registry.tasks import task_names
from library import log
from library.database import Database
from library.errors import Refused
from tests import small


def records(number: int = 20) -> list[Record]:
    inputs = [{"query": f"what is {n}?", "document": f"a text of {n}"} for n in range(number)]
    return [Record(str(n), one, float(1 + n % 5), (str(n),)) for n, one in enumerate(inputs)]


def test_task_and_data_are_stored_in_one_go_and_the_same_again_changes_nothing(database: Database) -> None:
    for changed in (True, False):
        with database.session() as session:
            assert create_task(session, small.task(), records(), by="Ada", at=small.NOW).changed is changed
    with database.session() as session:
        assert [one.action for one in log.entries(session)] == ["task added", "data imported"]


def test_what_the_data_lack_leaves_no_task_behind(database: Database) -> None:
    with pytest.raises(Refused, match="too few"), database.session() as session:
        create_task(session, small.task(), records(1), by="Ada", at=small.NOW)
    with database.session() as session:
        assert task_names(session) == ()


def test_another_task_of_the_name_is_not_replaced(filled: Database) -> None:
    with pytest.raises(Refused, match="there is a task small already"), filled.session() as session:
        create_task(session, small.task(title="Another"), records(), by="Ada", at=small.NOW)
    with filled.session() as session:
        assert has_data(session, "small")
