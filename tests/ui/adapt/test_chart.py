"""The chart of an adaptation's sides: each has room, and the floor and the ceiling are lines across all."""

from __future__ import annotations

from composer.adaptation import Cost, Outcome
from composer.adaptation.outcome import SideKind
from tests.composer.adaptation.measured import side
from ui.adapt.chart import AXIS, ROW, legend, sides


def outcome(number: int, ceiling: float | None) -> Outcome:
    kinds: tuple[SideKind, ...] = ("source", "in use", "plain transfer", "adapted")
    measured = [side(kind) for kind in kinds[:number]]
    return Outcome(
        kind="no-go",
        metric="nmse",
        candidate_id=None,
        keys=(),
        reasons=("None.",),
        sides=tuple(measured),
        against_transfer=None,
        dev_gain=None,
        floor=12.0,
        floor_answer="3",
        ceiling=ceiling,
        best_valid=None,
        reachable=None,
        sights=(),
        cost=Cost(answers=1, paid=1, full=4, seconds=1.0, money=None),
    )


def test_every_side_has_a_row_beside_what_the_axis_takes() -> None:
    for number in (1, 4):
        assert sides(outcome(number, None)).to_dict()["height"] == number * ROW + AXIS


def test_floor_and_ceiling_are_lines_across_and_within_the_axis() -> None:
    chart = sides(outcome(2, 1.5)).to_dict()
    dashed = [one for one in chart["layer"] if one["mark"].get("strokeDash")]
    assert [chart["datasets"][one["data"]["name"]][0]["figure"] for one in dashed] == [12.0, 1.5]
    assert all("y" not in one["encoding"] for one in dashed)
    assert {tuple(one["encoding"]["x"]["scale"]["domain"]) for one in dashed} == {(1.5, 12.0)}


def test_what_the_lines_are_is_told_in_words() -> None:
    assert "one more person, 1.50 (the ceiling)" in legend(outcome(1, 1.5))
    assert legend(outcome(1, None)).endswith("so there is no ceiling to draw.")
