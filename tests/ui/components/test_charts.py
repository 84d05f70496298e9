"""Charts: every answer is drawn, malformed ones apart, and long runs thinned out evenly."""

from __future__ import annotations

from typing import Any

from composer.evaluation.outcomes import Row
from composer.task.task import Output
from ui.components import charts

RATING = Output(field="rating", kind="ordinal", low=1, high=5)
LABEL = Output(field="label", kind="label", labels=("positive", "negative"))


def row(number: int, before: float | str | None, after: float | str | None, gold: float | str = 3.0) -> Row:
    return Row(
        example_id=f"e{number}",
        incumbent_loss=0.5,
        candidate_loss=0.25,
        incumbent_valid=before is not None,
        candidate_valid=after is not None,
        incumbent_value=before,
        candidate_value=after,
        gold=gold,
        slice="",
        must_not_regress=False,
    )


def rows_of(chart: Any) -> list[dict[str, Any]]:
    return max(chart.to_dict()["datasets"].values(), key=len)


def test_malformed_ratings_lie_in_a_lane_below_the_scale() -> None:
    before, _ = charts.ratings([row(0, 4, 3), row(1, None, 5)], RATING)
    points = rows_of(before)
    assert {(one["side"], one["model"]) for one in points} == {
        ("before", "4"),
        ("before", "malformed"),
        ("after", "3"),
        ("after", "5"),
    }
    assert all(-0.25 < one["place"] < 0.25 for one in points if one["model"] == "malformed")
    assert [0, 1, 2, 3, 4, 5] in [axis["values"] for axis in axes(before)]


def axes(chart: Any) -> list[dict[str, Any]]:
    return [layer["encoding"]["y"]["axis"] for layer in chart.to_dict()["layer"]]


def test_without_malformed_ratings_there_is_no_lane() -> None:
    before, _ = charts.ratings([row(0, 4, 3)], RATING)
    assert [1, 2, 3, 4, 5] in [axis["values"] for axis in axes(before)]


def test_answers_are_counted_by_gold_label() -> None:
    _, after = charts.confusion(
        [row(0, "positive", "negative", "negative"), row(1, None, "negative", "negative")], LABEL
    )
    counted = {(one["gold"], one["answer"]): one["n"] for one in rows_of(after)}
    assert counted["negative", "negative"] == 2
    assert counted["negative", "malformed"] == 0


def test_of_many_examples_an_even_choice_is_drawn() -> None:
    many = [row(number, 3, 3) for number in range(2 * charts.MOST + 1)]
    assert len(rows_of(charts.ratings(many, RATING)[0])) <= 2 * charts.MOST


def test_what_became_of_an_example_is_told_by_shape_as_well_as_colour() -> None:
    marks = charts.ratings([row(0, 4, 3)], RATING)[0].to_dict()["layer"][1]["encoding"]
    assert marks["shape"]["field"] == marks["color"]["field"] == "outcome"
