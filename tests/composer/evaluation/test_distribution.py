"""Single ratings of one example as a distribution."""

from __future__ import annotations

import numpy as np
import pytest

from composer.evaluation.distribution import MOST_BARS, bar_of, bars, counted, is_within, range_in_words, within
from composer.task.task import Output
from tests.composer.evaluation.test_raters import LABELS, SCALE, rated

PERCENT = Output(field="share", kind="ordinal", low=0, high=100)


def test_ratings_are_counted_at_the_nearest_whole_number_of_the_scale() -> None:
    found = counted([1, 1.4, 2.5, 5.0, 5], SCALE)
    assert found == (("1", 2), ("2", 0), ("3", 1), ("4", 0), ("5", 2))


def test_labels_are_counted_in_the_order_of_the_task() -> None:
    assert counted(["c", "a", "c"], LABELS) == (("a", 1), ("b", 0), ("c", 2))


def test_numbers_of_a_long_scale_share_bars_and_every_number_has_one() -> None:
    names = bars(PERCENT)
    assert len(names) <= MOST_BARS
    assert (names[0], names[-1]) == ("0 to 4", "100")
    assert {bar_of(value, PERCENT) for value in range(101)} == set(names)
    assert bar_of(7, PERCENT) == "5 to 9"
    assert bars(SCALE) == ("1", "2", "3", "4", "5")


def test_an_answer_is_within_people_between_their_lowest_and_highest_rating() -> None:
    table = [[1, 2, 3], [3, 2, 5]]
    assert within(rated(table), np.array([2.0, 3.0, np.nan]), SCALE).tolist() == [True, False, False]
    for ends in table:
        assert within(rated(table), np.array(ends, dtype=float), SCALE).all()
    assert within(rated([[0, 0], [2, 0]]), np.array([1.0, 0.0]), LABELS).tolist() == [False, True]


@pytest.mark.parametrize(
    ("ratings", "answer", "inside"),
    [
        ((1.0, 3.0), 2, True),
        ((1.0, 3.0), 4, False),
        ((1.0, 3.0), None, False),
        (("a", "c"), "b", False),
        (("a", "c"), "c", True),
        (("a", "c"), None, False),
    ],
)
def test_one_answer_is_judged_as_many_are(
    ratings: tuple[float | str, ...], answer: float | str | None, inside: bool
) -> None:
    assert is_within(ratings, answer) is inside


def test_a_range_is_said_in_few_words() -> None:
    assert range_in_words({"a": -2.0, "b": 3.0, "c": 0.5}) == "-2 to 3"
    assert range_in_words({"a": 2.0, "b": 2.0}) == "2"
    assert range_in_words({"a": "x", "b": "y", "c": "y"}) == "y ×2, x ×1"
    assert range_in_words({}) == ""
