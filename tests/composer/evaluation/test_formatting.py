"""Figures as people read them: three significant digits, signs, percentages, a dash for what is missing."""

from __future__ import annotations

import pytest

from composer.evaluation.formatting import NAMES, bracketed, change, figure, interval
from composer.evaluation.outcomes import Difference
from composer.task.task import FIGURES


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("nmse", 15.73, "15.7"),
        ("nmse", 5.297, "5.30"),
        ("nmse", 100.0, "100"),
        ("nmse", 0.0, "0"),
        ("spearman", 0.5234, "0.523"),
        ("spearman", -0.24, "−0.240"),
        ("tokens", 231.4, "231"),
        ("accuracy", 0.73, "73.0%"),
        ("valid_rate", 1.0, "100.0%"),
        ("valid_rate", 0.0, "0.0%"),
        ("nmse", None, "—"),
        ("nmse", float("nan"), "—"),
    ],
)
def test_a_figure_reads_as_written_here(name: str, value: float | None, text: str) -> None:
    assert figure(name, value) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("nmse", -10.43, "−10.4"),
        ("nmse", 0.05, "+0.050"),
        ("accuracy", 0.09, "+9.0"),
        ("accuracy", -0.004, "−0.4"),
        ("valid_rate", 0.0, "0.0"),
        ("nmse", 0.0, "0"),
        ("nmse", None, "—"),
        ("nmse", float("nan"), "—"),
    ],
)
def test_a_difference_has_its_sign(name: str, value: float | None, text: str) -> None:
    assert change(name, value) == text


@pytest.mark.parametrize("value", [-1e-9, 1e-9, -0.0])
@pytest.mark.parametrize("name", ["nmse", "accuracy"])
def test_what_rounds_to_nothing_has_no_sign(name: str, value: float) -> None:
    assert change(name, value)[0] not in "+−-"


def test_every_figure_has_a_name_that_people_read() -> None:
    assert {name for names in FIGURES.values() for name in names} <= set(NAMES)


def test_an_interval_is_in_brackets_and_empty_where_there_is_none() -> None:
    assert interval(Difference("nmse", "lower", 9, 4, -5.0, -7.5, 0.25)) == "[−7.50, +0.250]"
    assert interval(Difference("nmse", "lower", 9, 4, -5.0, None, None)) == ""
    assert bracketed("12", "34") == "[12, 34]"
