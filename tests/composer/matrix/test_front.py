"""Which prompts no other beats in both quality and cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.evaluation.raters import Estimate
from composer.matrix.front import on_front, shared_dataset, trade
from composer.matrix.squares import Matrix

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12)


def test_a_point_that_another_beats_in_one_and_matches_in_the_other_is_not_on_the_front() -> None:
    assert on_front([(1, 5), (2, 3), (2, 4), (3, 3), (4, 1)]) == (True, True, False, False, True)
    assert on_front([(1, 1), (1, 1)]) == (True, True)
    assert on_front([]) == ()


@given(POINTS)
def test_each_beaten_point_is_beaten_by_one_on_the_front(points: list[tuple[int, int]]) -> None:
    front = on_front(points)
    best = [one for one, ahead in zip(points, front, strict=True) if ahead]
    assert bool(best) == bool(points)
    for (cost, loss), ahead in zip(points, front, strict=True):
        beaten = any(c <= cost and n <= loss and (c, n) != (cost, loss) for c, n in best)
        assert beaten != ahead


def test_only_prompts_with_sealed_figures_of_the_same_data_stand_there(matrix: Matrix) -> None:
    found = trade(matrix, "small", "seconds")
    assert {one.square.link for one in found.points} == {"release:1", "candidate:2", "candidate:3"}
    assert {one.square.link for one in found.points if one.counts} == {"release:1", "candidate:2"}
    assert dict(found.left_out) == {"measured on development examples": 1}
    assert [one.at for one in found.points] == sorted(one.at for one in found.points)
    priced = trade(matrix, "small", "cost")
    assert [one.square.target for one in priced.points] == ["larger"]
    assert dict(priced.left_out)["the target has no price"] == 2


def test_what_was_measured_on_other_data_is_left_out(matrix: Matrix) -> None:
    square = matrix.squares["small", "tiny"]
    other = replace(matrix, others=(replace(square, dataset="small:old"),))
    assert ("measured on other data", 1) in trade(other, "small", "seconds").left_out
    assert shared_dataset([]) == ""


def test_the_front_is_by_disagreement_whatever_the_metric(matrix: Matrix) -> None:
    tiny, larger = (matrix.squares["small", name] for name in ("tiny", "larger"))
    named = {"metric": "accuracy", "better_is": "higher"}
    low = replace(tiny, figure=Estimate(0.5, 0.4, 0.6), seconds=1.0, **named)
    high = replace(larger, figure=Estimate(0.9, 0.8, 1.0), seconds=1.0, **named)
    known = replace(matrix, squares={low.place: low, high.place: high}, others=())
    assert [one.square.target for one in trade(known, "small", "seconds").front] == ["larger"]
    assert trade(known, "small", "seconds").points[0].at == pytest.approx(1.0)
