"""The statistics of drift: independent figures by square-and-add, anchors paired with their first answers."""

from __future__ import annotations

import numpy as np
import pytest

from composer.drift.figures import apart, of_anchors, of_evidence, of_new_labels
from composer.drift.records import Figure
from composer.evaluation.outcomes import Row
from composer.models.answer import Answer
from tests import small

TEST = tuple(small.example(number, "test") for number in range(40))


def rated(*wrong: int, number: int = 40) -> list[Answer]:
    golds = [round(float(one.gold)) for one in TEST[:number]]
    return [
        small.answer(f'{{"rating": {(5 if gold < 3 else 1) if place in wrong else gold}}}')
        for place, gold in enumerate(golds)
    ]


def test_two_shares_have_the_interval_of_newcombe() -> None:
    # Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10:
    # 56/70 - 48/80 is 0.2 [0.0524, 0.3339], from Wilson's 0.6925 to 0.8769 and 0.4904 to 0.7005.
    found = apart(Figure(0.6, 0.49044, 0.70056), Figure(0.8, 0.69223, 0.87694))
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-4), pytest.approx(0.3339, abs=5e-4))


def test_a_figure_without_an_interval_gives_a_difference_without_one() -> None:
    assert apart(Figure(1.0, None, None), Figure(2.0, 1.5, 2.5)) == Figure(1.0, None, None)


def test_evidence_is_read_on_the_side_of_the_prompt_that_is_in_use() -> None:
    rows = [Row(f"test-{place}", 1.0, 0.0 if place else 1.0, True, place > 1) for place in range(10)]
    figure, valid = of_evidence(small.task(), rows, [(row.example_id,) for row in rows])
    assert (figure.value, valid) == (pytest.approx(10.0), pytest.approx(0.8))


def test_new_labels_are_held_against_other_examples_and_anchors_against_the_same() -> None:
    task, first = small.task(), rated(*range(4))
    before = Figure(5.0, 3.0, 8.0), 1.0
    other = of_new_labels(task, TEST, rated(*range(8)), before, 100)
    same = of_anchors(task, TEST, first, rated(*range(8)))
    assert other.figure == same.figure
    assert (other.before_n, same.before_n) == (100, 40)
    assert same.changed == 4
    assert other.difference is not None
    assert same.difference is not None
    assert other.difference.value == pytest.approx(other.figure.value - 5)
    assert same.before is not None
    assert same.difference.value == pytest.approx(same.figure.value - same.before.value)


def test_an_anchor_without_a_first_answer_is_scored_and_not_compared() -> None:
    now = rated(0)
    found = of_anchors(small.task(), TEST, [*now[:10], *[None] * 30], now)
    assert (found.n, found.before_n, found.changed) == (40, 10, 0)
    none = of_anchors(small.task(), TEST, [None] * 40, now)
    assert (none.before, none.difference, none.changed) == (None, None, None)


def test_without_drift_about_one_interval_in_twenty_leaves_zero_out() -> None:
    rng = np.random.default_rng(0)
    off = 0
    for _ in range(120):
        sides = [[place for place in range(40) if rng.random() < 0.3] for _ in range(2)]
        was, now = (of_anchors(small.task(), TEST, [None] * 40, rated(*wrong)).figure for wrong in sides)
        gap = apart(was, now)
        assert gap.low is not None
        assert gap.high is not None
        off += not gap.low <= 0 <= gap.high
    assert off <= 13
