"""The paired comparison: figures side by side, and examples counted."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from composer.evaluation.outcomes import OutcomeCounts
from tests import small
from tests.composer.evaluation.ratings import DATA, GOLD, answered, compared, gate, off


def test_a_better_prompt_shows_lower_nmse_and_passes_every_gate() -> None:
    found = compared(off(2), GOLD)
    assert (found.metric.name, found.metric.better_is) == ("nmse", "lower")
    assert found.metric.incumbent == 25
    assert found.metric.candidate == 0
    assert found.metric.difference == -25
    assert found.metric.low == pytest.approx(-25)
    # All twenty moved alike; that some others would not can't be ruled out.
    assert -25 < found.metric.high < -15
    assert found.counts == OutcomeCounts(better=20, same=0, worse=0)
    assert all(one.passed for one in found.gates)


def test_the_difference_is_candidate_minus_incumbent_within_its_interval() -> None:
    found = compared([*off(2)[:10], *GOLD[10:]], [*GOLD[:13], *off(1)[13:]])
    for figure in found.figures:
        if None not in (figure.incumbent, figure.candidate):
            assert figure.difference == pytest.approx(figure.candidate - figure.incumbent)
        if figure.low is not None:
            assert figure.low <= figure.difference + 1e-9
            assert figure.high >= figure.difference - 1e-9
    assert found.metric.low < found.metric.difference < found.metric.high


def test_a_label_task_is_measured_by_accuracy() -> None:
    data = [small.example(number, "test", gold=["good", "bad"][number % 2]) for number in range(12)]
    right = [f'{{"label": "{one.gold}"}}' for one in data]
    found = small.compared(small.label_task(), data, ['{"label": "good"}'] * 12, right)
    assert (found.metric.name, found.metric.better_is) == ("accuracy", "higher")
    assert (found.metric.incumbent, found.metric.candidate) == (0.5, 1.0)
    assert gate(found, "improves").passed


def test_malformed_counts_as_full_loss_and_is_shown_apart() -> None:
    found = {one.name: one for one in compared([*GOLD[:15], *[None] * 5], GOLD).figures}
    assert found["nmse"].incumbent == 25
    assert found["valid_nmse"].incumbent == 0
    assert (found["valid_rate"].incumbent, found["valid_rate"].candidate) == (0.75, 1.0)


def test_rows_say_what_became_better_stayed_or_became_worse() -> None:
    found = compared([*off(1)[:5], *GOLD[5:]], [*GOLD[:15], *[None] * 5])
    assert found.counts == OutcomeCounts(better=5, same=10, worse=5)
    assert [row.example_id for row in found.rows] == [one.id for one in DATA]
    assert [row.outcome for row in found.rows] == ["better"] * 5 + ["same"] * 10 + ["worse"] * 5
    assert [row.candidate_valid for row in found.rows] == [True] * 15 + [False] * 5
    assert found.rows[-1].candidate_loss == 1
    assert found.rows[-1].change == 1


def test_rows_hold_what_was_said_and_what_the_example_is() -> None:
    data = [small.example(0, "test", gold=2.5, slice="news", must_not_regress=True), small.example(1, "test")]
    first, second = small.compared(small.task(), data, answered([2, None]), answered([None, 4])).rows
    assert (first.incumbent_value, first.candidate_value, first.gold) == (2, None, 2.5)
    assert (first.slice, first.must_not_regress, first.malformed) == ("news", True, True)
    assert (second.incumbent_value, second.candidate_value, second.slice) == (None, 4, "")
    assert not compared([3] * 20, [3] * 20).rows[0].malformed


def test_rows_of_labels_hold_labels() -> None:
    data = [small.example(0, "test", gold="good")]
    (row,) = small.compared(small.label_task(), data, ['{"label": "bad"}'], ['{"label": "good"}']).rows
    assert (row.incumbent_value, row.candidate_value, row.gold) == ("bad", "good", "good")


def test_what_is_compared_can_be_written_as_json() -> None:
    data = [small.example(number, "test", slice="even" if number % 2 else "odd") for number in range(20)]
    found = small.compared(small.task(), data, answered([*off(2)[:19], None]), answered(GOLD))
    assert json.loads(json.dumps(asdict(found)))["slices"][0]["name"] == "even"


def test_slices_are_compared_apart() -> None:
    data = [small.example(number, "test", slice="news" if number < 10 else "sport") for number in range(20)]
    found = small.compared(small.task(), data, answered(off(1)), answered([*GOLD[:10], *off(1)[10:]]))
    news, sport = found.slices
    assert (news.name, news.n, news.difference, news.better) == ("news", 10, -6.25, 10)
    assert (sport.difference, sport.same, sport.p) == (0, 10, 1)
    assert compared(off(1), GOLD).slices == ()


def test_figures_that_agree_have_intervals_that_agree() -> None:
    found = {one.name: one for one in compared([*off(2)[:9], *GOLD[9:]], [*GOLD[:14], *off(1)[14:]]).figures}
    assert (found["nmse"].low, found["nmse"].high) == (found["valid_nmse"].low, found["valid_nmse"].high)


def test_a_valid_rate_that_did_not_move_has_an_interval_all_the_same() -> None:
    found = {one.name: one for one in compared(off(1), GOLD).figures}["valid_rate"]
    assert (found.difference, found.direction) == (0, "same")
    assert found.high == -found.low == pytest.approx(0.161, abs=1e-3)


def test_the_same_answers_give_the_same_comparison() -> None:
    assert compared(off(2), off(1)) == compared(off(2), off(1))


def test_examples_that_share_a_document_and_move_together_widen_the_interval() -> None:
    before, after = off(2), [*GOLD[:12], *off(2)[12:]]
    grouped = [small.example(n, "test", clusters=(f"c{n // 4}",)) for n in range(20)]
    apart = small.compared(small.task(), DATA, answered(before), answered(after)).metric
    together = small.compared(small.task(), grouped, answered(before), answered(after)).metric
    assert apart.difference == together.difference
    assert together.high - together.low > 1.3 * (apart.high - apart.low)
