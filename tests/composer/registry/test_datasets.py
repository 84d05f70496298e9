"""Datasets: examples are counted without being read."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from composer.registry import datasets
from composer.registry.datasets import dataset_of, examples_of, split_size
from library.database import Database
from library.errors import Refused


def test_the_test_split_is_counted_without_reading_its_examples(filled: Database) -> None:
    with filled.session() as session:
        dataset = dataset_of(session, "small")
        assert datasets.test_split_size(session, "small") == len(examples_of(session, dataset, "test")) == 16
        session.execute(text("""update example set content = '{"split": "test"}' where example_id = 'test-03'"""))
    with filled.session() as session:
        assert datasets.test_split_size(session, "small") == 16
        assert split_size(session, dataset, "authoring") == 0
        with pytest.raises(KeyError):
            examples_of(session, dataset, "test")
        with pytest.raises(Refused, match="no labelled data"):
            datasets.test_split_size(session, "another")
