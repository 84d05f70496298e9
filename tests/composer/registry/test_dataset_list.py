"""The data of every task at a glance."""

from __future__ import annotations

from dataclasses import replace

from composer.data.examples import Dataset
from composer.registry.dataset_list import list_datasets
from composer.registry.datasets import add_examples
from composer.registry.tasks import add_task
from library.database import Database
from tests import small


def test_each_task_has_its_current_data_counted_and_one_without_says_so(filled: Database) -> None:
    data = [replace(one, ratings={"anna": 1.0, "bo": 2.0}) for one in small.examples(dev=3, test=5)]
    with filled.session() as session:
        add_task(session, small.label_task(), by="Ada", at=small.NOW)
        add_examples(session, small.task(), Dataset(tuple(data)), by="Grace", at=small.NOW)
        labels, own = list_datasets(session)
    assert (labels.task, dict(labels.sizes), labels.added_at) == ("labels", {}, None)
    assert (own.task, dict(own.sizes)) == ("small", {"authoring": 0, "dev": 3, "test": 5})
    assert (own.ratings, own.added_by) == (2, "Grace")
