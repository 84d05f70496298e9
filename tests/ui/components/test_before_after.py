"""The chart of losses before and after: which side of the diagonal, points that coincide, what a click picks."""

from __future__ import annotations

from typing import Any

from composer.evaluation.outcomes import Row
from composer.task.task import Output
from ui.components import before_after, charts

RATING = Output(field="rating", kind="ordinal", low=1, high=5)
LABEL = Output(field="label", kind="label", labels=("good", "bad"))


def row(number: int, before: float, after: float) -> Row:
    return Row(f"e{number}", before, after, True, True)


def points(rows: list[Row]) -> list[dict[str, Any]]:
    chart = before_after.chart(rows, RATING).to_dict()
    return [one for data in chart["datasets"].values() for one in data if "example" in one]


def test_what_got_worse_is_above_the_diagonal_and_marked_by_shape_as_well_as_colour() -> None:
    rows = [row(0, 0.0, 0.25), row(1, 0.25, 0.0), row(2, 0.25, 0.25)]
    chart = before_after.chart(rows, RATING).to_dict()
    marks = next(one for one in chart["layer"] if one["mark"]["type"] == "point")
    assert marks["encoding"]["color"]["field"] == marks["encoding"]["shape"]["field"] == "outcome"
    assert len(set(marks["encoding"]["shape"]["scale"]["range"])) == 3
    above = {one["example"]: (one["up"] > one["across"], one["outcome"]) for one in points(rows)}
    assert above == {"e0": (True, "worse"), "e1": (False, "better"), "e2": (False, "same")}


def test_examples_with_the_same_losses_are_spread_and_stay_on_their_side() -> None:
    rows = [row(number, 0.0625, 0.25) for number in range(60)] + [row(60, 0.0, 0.0)]
    found = points(rows)
    assert len({(one["across"], one["up"]) for one in found}) == 61
    assert all(one["up"] > one["across"] for one in found[:60])
    assert (found[60]["across"], found[60]["up"]) == (0.0, 0.0)
    assert points(rows) == found
    near = points([row(number, 0.25**2, 0.27**2) for number in range(60)])
    assert all(one["up"] > one["across"] for one in near)


def test_of_many_examples_an_even_choice_is_drawn_and_it_says_so() -> None:
    rows = [row(number, 0.25, 0.0) for number in range(2 * charts.MOST)]
    assert len(points(rows)) == charts.MOST
    assert "1,000 of 2,000 drawn" in before_after.chart(rows, RATING).to_dict()["title"]["text"]


def test_labels_are_counted_as_right_or_wrong_before_and_after() -> None:
    rows = [row(0, 0, 0), row(1, 0, 1), row(2, 0, 1), row(3, 1, 0), row(4, 1, 1)]
    chart = before_after.chart(rows, LABEL).to_dict()
    (data,) = chart["datasets"].values()
    counted = {(one["before"], one["after"]): (one["became"], one["number"]) for one in data}
    assert counted == {
        ("right", "right"): ("stayed right", 1),
        ("right", "wrong"): ("worse", 2),
        ("wrong", "right"): ("better", 1),
        ("wrong", "wrong"): ("stayed wrong", 1),
    }


def test_a_click_picks_an_example_or_one_of_the_four_counts() -> None:
    assert before_after.picked({before_after.PICKED: [{"example": "e1"}]}) == ("example", "e1")
    assert before_after.picked({before_after.PICKED: [{"became": "worse"}]}) == ("became", "worse")
    assert before_after.picked({before_after.PICKED: []}) is None
    assert before_after.picked({}) is None
