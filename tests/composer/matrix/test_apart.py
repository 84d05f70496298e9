"""Where targets disagree on an example, the furthest apart first."""

from __future__ import annotations

import pytest

from composer.matrix.apart import TESTS, apart, lines
from composer.matrix.beside import beside
from composer.matrix.squares import Matrix
from library.database import Database
from tests import small


def test_the_examples_on_which_answers_are_furthest_apart_come_first(several: Database, matrix: Matrix) -> None:
    with several.session() as session:
        found = lines(beside(session, matrix, "small", "base"))
    assert len(found) == 16
    assert [one.apart for one in found] == sorted((one.apart for one in found), reverse=True)
    first = found[0]
    assert first.differ
    assert set(first.given) == {"tiny", "cloud"}
    assert first.apart == abs(float(first.given["tiny"].value) - float(first.given["cloud"].value)) / 4
    assert sum(map(TESTS["they differ"], found)) < sum(map(TESTS["all"], found)) == 16
    assert first.given["tiny"].text.startswith('{"rating"')


@pytest.mark.parametrize(
    ("values", "far"),
    [([3], 0.0), ([3, 3], 0.0), ([1, 5], 1.0), ([2, 3, 4], 0.5), ([3, None], 1.0), ([None, None], 0.0)],
)
def test_ratings_are_apart_by_the_widest_gap_and_a_malformed_answer_by_all(
    values: list[float | str | None], far: float
) -> None:
    assert apart(small.task(), values) == far


@pytest.mark.parametrize(
    ("values", "far"),
    [
        (["good", "good"], 0.0),
        (["good", "bad"], 0.5),
        (["good", "good", "good", "bad"], 0.25),
        (["bad", None], 0.5),
    ],
)
def test_labels_are_apart_by_the_share_that_is_not_the_most_frequent(
    values: list[float | str | None], far: float
) -> None:
    assert apart(small.label_task(), values) == far


def test_what_only_one_target_answered_is_no_disagreement(several: Database, matrix: Matrix) -> None:
    with several.session() as session:
        assert lines(beside(session, matrix, "small", "candidate:3")) == ()
