"""Outcomes: which way a figure went and how sure that is, and what became of one example."""

from __future__ import annotations

import pytest

from composer.evaluation.outcomes import LOSS_TOLERANCE, Better, Difference, OutcomeCounts, Row


def moved(change: float | None, low: float | None, high: float | None, better: Better = "lower") -> Difference:
    return Difference("nmse", better, 10.0, None if change is None else 10.0 + change, change, low, high)


@pytest.mark.parametrize(
    ("change", "low", "high", "better", "direction"),
    [
        (-3.0, -5.0, -1.0, "lower", "better"),
        (-3.0, -5.0, -1.0, "higher", "worse"),
        (3.0, 1.0, 5.0, "lower", "worse"),
        (3.0, 1.0, 5.0, "higher", "better"),
        (-3.0, -7.0, 1.0, "lower", "unclear"),
        (-3.0, -6.0, 0.0, "lower", "unclear"),
        (0.0, -1.0, 1.0, "lower", "same"),
        (-3.0, None, None, "lower", ""),
        (None, None, None, "lower", ""),
    ],
)
def test_a_direction_is_clear_only_where_the_interval_leaves_zero_out(
    change: float | None, low: float | None, high: float | None, better: Better, direction: str
) -> None:
    assert moved(change, low, high, better).direction == direction


def test_a_figure_is_improved_whatever_its_interval() -> None:
    assert moved(-3.0, None, None).improved
    assert not moved(-3.0, -7.0, 1.0, "higher").improved
    assert not moved(0.0, 0.0, 0.0).improved
    assert not moved(None, None, None).improved


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (0.5, 0.25, "better"),
        (0.25, 0.5, "worse"),
        (0.5, 0.5, "same"),
        (0.5, 0.5 + LOSS_TOLERANCE / 2, "same"),
        (0.5, 0.5 - 3 * LOSS_TOLERANCE, "better"),
    ],
)
def test_an_example_is_better_where_its_loss_fell_by_more_than_rounding(
    before: float, after: float, outcome: str
) -> None:
    row = Row("a", before, after, True, True)
    assert row.outcome == outcome
    assert row.change == after - before


def test_a_row_is_malformed_where_either_answer_is() -> None:
    assert [Row("a", 0, 0, *valid).malformed for valid in ((True, True), (True, False), (False, True))] == [
        False,
        True,
        True,
    ]


def test_rows_of_older_evidence_lack_the_values() -> None:
    row = Row("a", 0.5, 0.25, True, True)
    assert (row.incumbent_value, row.candidate_value, row.slice, row.must_not_regress) == (None, None, "", False)


def test_counts_add_up_to_all_examples() -> None:
    assert OutcomeCounts(better=5, same=10, worse=2).total == 17
