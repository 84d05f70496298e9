"""What the database knows: the newest of each name counts, and everything comes back as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.data.examples import Dataset
from composer.models.target import Target
from composer.registry.datasets import add_examples, dataset_of, examples_of
from composer.registry.starter import TARGETS, load_starter
from composer.registry.targets import add_target, get_target, list_targets
from composer.registry.tasks import add_task, get_task, get_task_version, list_tasks
from composer.task.task import Task
from library import log
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from library.snippets import show
from tests import small


def test_a_task_comes_back_as_it_went_in(database: Database) -> None:
    with database.session() as session:
        assert add_task(session, small.task(), by="Ada", at=small.NOW)
        assert not add_task(session, small.task(), by="Ada", at=small.NOW)
        found = get_task(session, "small")
    assert found == small.task()
    assert found.hash == small.task().hash


def test_the_newest_content_of_a_name_counts_and_older_ones_stay(database: Database) -> None:
    first, second = small.task(), small.task(title="Another title")
    with database.session() as session:
        for one in (first, second, first):
            assert add_task(session, one, by="Ada", at=small.NOW)
            assert get_task(session, "small") == one
        assert get_task_version(session, second.hash) == second
        assert len(list_tasks(session)) == 1
        with pytest.raises(Refused):
            get_task_version(session, "0" * 64)


def test_examples_come_back_by_split_in_order(filled: Database) -> None:
    data = small.examples()
    with filled.session() as session:
        name = dataset_of(session, "small")
        for split in ("dev", "test"):
            expected = tuple(one for one in data if one.split == split)
            assert examples_of(session, name, split) == expected
        assert examples_of(session, name, "authoring") == ()
        with pytest.raises(ValueError, match="no split"):
            examples_of(session, name, "tests")


def test_new_data_of_a_task_replace_the_old_and_can_be_replaced_back(filled: Database) -> None:
    with filled.session() as session:
        first = dataset_of(session, "small")
        assert not add_examples(session, small.task(), Dataset(small.examples()), by="Ada", at=small.NOW)
        more = Dataset(small.examples(20, 20))
        assert add_examples(session, small.task(), more, by="Ada", at=small.NOW)
        assert dataset_of(session, "small") != first
        assert add_examples(session, small.task(), Dataset(small.examples()), by="Ada", at=small.NOW)
        assert dataset_of(session, "small") == first
        assert len(examples_of(session, first, "dev")) == 16


def test_a_target_comes_back_as_it_went_in(database: Database) -> None:
    target = Target(name="mine", kind="server", model="m", api_base="http://127.0.0.1:1/v1", timeout=1.5)
    with database.session() as session:
        assert add_target(session, target, by="Ada", at=small.NOW)
        assert not add_target(session, target, by="Ada", at=small.NOW)
        assert get_target(session, "mine") == target
        assert list_targets(session) == (target,)


def test_an_empty_home_is_told_where_to_get_something_to_start_with(database: Database) -> None:
    with database.session() as session, pytest.raises(Refused, match="`composer demo` brings some"):
        get_task(session, "relatedness")


def test_an_unknown_name_is_refused_with_near_ones(filled: Database) -> None:
    with filled.session() as session:
        with pytest.raises(Refused, match=r"no task is called smal.*Known: small"):
            get_task(session, "smal")
        with pytest.raises(Refused, match=r"no target is called tinny.*Known: tiny"):
            get_target(session, "tinny")


def test_every_change_is_logged_and_the_chain_is_whole(filled: Database) -> None:
    with filled.session() as session:
        actions = [(entry.who, entry.action, entry.subject) for entry in log.entries(session)]
        assert log.first_broken(session) is None
    for expected in (
        ("Ada", "task added", "task:small"),
        ("Ada", "data imported", "task:small"),
        ("Ada", "target added", "target:tiny"),
    ):
        assert actions.count(expected) == 1


def test_the_starter_set_loads_once_and_leaves_edits_alone(starter: Database, tmp_path: Path) -> None:
    library = small.write_library(tmp_path / "edit.yaml", {"irony": "Irony is negative."})
    with starter.session() as session:
        assert {task.name for task in list_tasks(session)} == set(TARGETS)
        content = get_task(session, "polarity").model_dump(mode="json")
        edited = Task.model_validate({**content, "title": "Mine"})
        add_task(session, edited, by="Grace", at=small.NOW)
        import_file(session, library, by="Grace", at=small.NOW)
        before = len(log.entries(session))
        load_starter(session, by="Ada", at=small.NOW)
        assert len(log.entries(session)) == before
        assert get_task(session, "polarity").title == "Mine"
        assert show(session, "irony")[0].text == "Irony is negative."
        for task, target in TARGETS.items():
            assert get_target(session, target).name == target
            assert examples_of(session, dataset_of(session, task), "test")
