"""Where a task's prompts stand on the way from the best constant answer to one more person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from composer.analysis.data_summary import summarised
from composer.analysis.standings import Standing, on_the_way, standings
from composer.candidates.records import list_candidates
from composer.evaluation.outcomes import Difference
from composer.home.paths import Home
from library.database import Database
from tests import small, twice

NMSE = Difference("nmse", "lower", 5.0, 3.0, -2.0, -3.0, -1.0)
STANDING = Standing("tiny", 1, None, "small:data", NMSE)


def test_each_target_has_what_is_released_there(filled: Database, home: Home) -> None:
    twice.release_twice(filled, home)
    with filled.session() as session:
        (one,) = standings(session, "small")
    assert (one.target, one.release, one.candidate) == ("tiny", 2, 2)
    assert (one.figure.name, one.before, one.after) == ("nmse", None, None)
    assert one.dataset.startswith("small:")


def test_without_a_release_the_newest_candidate_stands_there(filled: Database, home: Home) -> None:
    for seed in (0, 1):
        small.run(filled, home, small.enter(filled, seed=seed), small.engine())
    with filled.session() as session:
        (one,) = standings(session, "small")
        newest = list_candidates(session, task="small")[0].id
    assert (one.candidate, one.release) == (newest, None)


def test_the_way_is_measured_on_the_sealed_examples_alone() -> None:
    data = [
        replace(one, gold=3.0 + far, ratings={"a": 2.0 + far, "b": 4.0 + far})
        for one, far in zip(small.examples(4, 4), (0, 0, 0, 0, 1, 1, -1, -1), strict=True)
    ]
    summary = summarised(data, small.task().output)
    found = on_the_way(STANDING, {"small:data": summary})
    assert found.part == summary.test
    floor, ceiling = 100 / 16, 100 * 4 / 16  # always 3 is one off; two people are two apart
    assert found.before == pytest.approx((floor - 5.0) / (floor - ceiling))
    assert found.after == pytest.approx((floor - 3.0) / (floor - ceiling))


def test_without_single_ratings_or_a_summary_nothing_is_said_of_the_way() -> None:
    alone = summarised(small.examples(), small.task().output)
    assert on_the_way(STANDING, {"small:data": alone}) == STANDING
    assert on_the_way(STANDING, {}) == STANDING
