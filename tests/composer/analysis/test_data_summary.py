"""A task's data as a whole: its splits, and what single ratings tell of the people who gave them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.analysis.data_summary import summarised, summary_of
from composer.registry.tasks import get_task
from library.database import Database
from tests import small

OUTPUT = small.task().output


def test_without_single_ratings_the_splits_are_counted_and_nothing_is_said_of_people(filled: Database) -> None:
    with filled.session() as session:
        found = summary_of(session, get_task(session, "small"))
    assert (found.sizes, found.ratings) == ({"authoring": 0, "dev": 16, "test": 16}, 0)
    assert (found.people, found.unlike) == (None, ())


def test_the_examples_that_people_differ_on_most_come_first() -> None:
    rated = [
        replace(one, ratings={"a": 3.0, "b": 3.0 + spread}, slice="x")
        for one, spread in zip(small.examples(4, 0), (0.0, 2.0, 1.0, 0.0), strict=True)
    ]
    found = summarised(rated, OUTPUT)
    assert found.people is not None
    assert [(one.id, spread) for one, spread in found.unlike] == [("dev-01", 1.0), ("dev-02", 0.5)]
    assert (found.slices, found.ratings, found.people.several) == ({"x": 4}, 8, 4)
    expected = 100 * np.mean([0, (2 / 4) ** 2, (1 / 4) ** 2, 0])
    assert found.people.ceiling.value == pytest.approx(float(expected))
