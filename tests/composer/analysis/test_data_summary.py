"""A task's data as a whole: its splits, and what single ratings tell of the people who gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from composer.analysis.data_summary import summarised
from composer.data.examples import Example
from tests import small

OUTPUT = small.task().output


def rated(examples: Sequence[Example], *apart: float, slice: str = "") -> list[Example]:
    """Two people rate each example, so far apart."""
    return [
        replace(one, gold=3.0 + far / 2, ratings={"a": 3.0, "b": 3.0 + far}, slice=slice)
        for one, far in zip(examples, apart, strict=True)
    ]


def test_without_single_ratings_the_splits_are_counted_and_nothing_is_said_of_people() -> None:
    found = summarised(small.examples(), OUTPUT)
    assert (found.whole.sizes, found.ratings) == ({"authoring": 0, "dev": 16, "test": 16}, 0)
    assert (found.whole.ceiling, found.coefficients, found.raters, found.unlike) == (None, {}, (), ())
    assert found.golds == (("1", 8), ("2", 6), ("3", 6), ("4", 6), ("5", 6))
    assert found.whole.floor.answer == "3"


def test_the_examples_that_people_differ_on_most_come_first() -> None:
    found = summarised(rated(small.examples(4, 0), 0.0, 2.0, 1.0, 0.0, slice="x"), OUTPUT)
    assert [(one.id, one.spread) for one in found.unlike] == [("dev-01", 1.0), ("dev-02", 0.5)]
    assert found.unlike[0].given == (("1", 0), ("2", 0), ("3", 1), ("4", 0), ("5", 1))
    assert ([(one.name, one.total) for one in found.slices], found.ratings, found.several) == ([("x", 4)], 8, 4)
    expected = 100 * np.mean([0, (2 / 4) ** 2, (1 / 4) ** 2, 0])
    assert found.whole.ceiling is not None
    assert found.whole.ceiling.value == pytest.approx(float(expected))
    assert found.spread is not None
    assert (found.spread.median, found.spread.top, sum(found.spread.bars)) == (0.25, 1.0, 4)


def test_each_slice_and_the_sealed_split_have_a_floor_and_a_ceiling_of_their_own() -> None:
    easy = rated(small.examples(4, 0), 0.0, 0.0, 0.0, 1.0, slice="easy")
    hard = rated(small.examples(0, 4), 2.0, 2.0, 0.0, 2.0, slice="hard")
    found = summarised([*easy, *hard], OUTPUT)
    alone = summarised(hard, OUTPUT).whole
    assert found.test is not None
    assert [one.name for one in found.slices] == ["easy", "hard"]
    for part in (found.slices[1], found.test):
        assert (part.floor, part.ceiling, part.alpha) == (alone.floor, alone.ceiling, alone.alpha)
    assert found.slices[0].ceiling != found.slices[1].ceiling
