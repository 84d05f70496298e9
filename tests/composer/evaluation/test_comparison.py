"""The paired comparison: figures side by side, examples counted, and each gate on cases made by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest
from pydantic import ValidationError

from composer.evaluation.outcomes import Comparison, Gate, OutcomeCounts, Row
from tests import small

DATA = small.examples(0, 20)
MARKED = [small.example(number, "test", must_not_regress=number < 2) for number in range(20)]
GOLD = [int(float(one.gold)) for one in DATA]


def said(values: Sequence[int | None]) -> list[str]:
    return ["no idea" if value is None else f'{{"rating": {value}}}' for value in values]


def off(by: int, values: Sequence[int] = GOLD) -> list[int]:
    """Ratings that are wrong by as many steps, within the scale."""
    return [value + by if value + by <= 5 else value - by for value in values]


def of(
    before: Sequence[int | None], after: Sequence[int | None], tokens: tuple[int, int] = (10, 10), **gates: Any
) -> Comparison:
    task = small.task(policy={"gates": gates})
    return small.compared(task, DATA, said(before), said(after), tokens)


def gate(comparison: Comparison, name: str) -> Gate:
    return next(one for one in comparison.gates if one.name.startswith(name))


def test_a_better_prompt_shows_lower_nmse_and_passes_every_gate() -> None:
    found = of(off(2), GOLD)
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
    found = of([*off(2)[:10], *GOLD[10:]], [*GOLD[:13], *off(1)[13:]])
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
    found = {one.name: one for one in of([*GOLD[:15], *[None] * 5], GOLD).figures}
    assert found["nmse"].incumbent == 25
    assert found["valid_nmse"].incumbent == 0
    assert (found["valid_rate"].incumbent, found["valid_rate"].candidate) == (0.75, 1.0)


def test_rows_say_what_became_better_stayed_or_became_worse() -> None:
    found = of([*off(1)[:5], *GOLD[5:]], [*GOLD[:15], *[None] * 5])
    assert found.counts == OutcomeCounts(better=5, same=10, worse=5)
    assert [row.example_id for row in found.rows] == [one.id for one in DATA]
    assert [row.outcome for row in found.rows] == ["better"] * 5 + ["same"] * 10 + ["worse"] * 5
    assert [row.candidate_valid for row in found.rows] == [True] * 15 + [False] * 5
    assert found.rows[-1].candidate_loss == 1
    assert found.rows[-1].change == 1


def test_rows_hold_what_was_said_and_what_the_example_is() -> None:
    data = [small.example(0, "test", gold=2.5, slice="news", must_not_regress=True), small.example(1, "test")]
    first, second = small.compared(small.task(), data, said([2, None]), said([None, 4])).rows
    assert (first.incumbent_value, first.candidate_value, first.gold) == (2, None, 2.5)
    assert (first.slice, first.must_not_regress, first.malformed) == ("news", True, True)
    assert (second.incumbent_value, second.candidate_value, second.slice) == (None, 4, "")
    assert not of([3] * 20, [3] * 20).rows[0].malformed


def test_rows_of_labels_hold_labels() -> None:
    data = [small.example(0, "test", gold="good")]
    (row,) = small.compared(small.label_task(), data, ['{"label": "bad"}'], ['{"label": "good"}']).rows
    assert (row.incumbent_value, row.candidate_value, row.gold) == ("bad", "good", "good")


def test_rows_of_older_evidence_lack_the_values() -> None:
    row = Row("a", 0.5, 0.25, True, True)
    assert (row.incumbent_value, row.candidate_value, row.slice, row.must_not_regress) == (None, None, "", False)


def test_what_is_compared_can_be_written_as_json() -> None:
    data = [small.example(number, "test", slice="even" if number % 2 else "odd") for number in range(20)]
    found = small.compared(small.task(), data, said([*off(2)[:19], None]), said(GOLD))
    assert json.loads(json.dumps(asdict(found)))["slices"][0]["name"] == "even"


def test_slices_are_compared_apart() -> None:
    data = [small.example(number, "test", slice="news" if number < 10 else "sport") for number in range(20)]
    found = small.compared(small.task(), data, said(off(1)), said([*GOLD[:10], *off(1)[10:]]))
    news, sport = found.slices
    assert (news.name, news.n, news.difference, news.better) == ("news", 10, -6.25, 10)
    assert (sport.difference, sport.same, sport.p) == (0, 10, 1)
    assert of(off(1), GOLD).slices == ()


def test_figures_that_agree_have_intervals_that_agree() -> None:
    found = {one.name: one for one in of([*off(2)[:9], *GOLD[9:]], [*GOLD[:14], *off(1)[14:]]).figures}
    assert (found["nmse"].low, found["nmse"].high) == (found["valid_nmse"].low, found["valid_nmse"].high)


def test_a_valid_rate_that_did_not_move_has_an_interval_all_the_same() -> None:
    found = {one.name: one for one in of(off(1), GOLD).figures}["valid_rate"]
    assert (found.difference, found.direction) == (0, "same")
    assert found.high == -found.low == pytest.approx(0.161, abs=1e-3)


def test_the_same_answers_give_the_same_comparison() -> None:
    assert of(off(2), off(1)) == of(off(2), off(1))


class TestImproves:
    def test_it_passes_when_the_interval_is_clear_of_zero(self) -> None:
        assert gate(of(off(2), off(1)), "improves").passed

    def test_it_fails_when_the_interval_touches_zero(self) -> None:
        found = of([*off(2)[:3], *GOLD[3:]], [*GOLD[:19], *off(2)[19:]])
        assert found.metric.difference < 0
        assert found.metric.high >= 0
        assert not gate(found, "improves").passed

    def test_it_fails_when_nothing_changed(self) -> None:
        assert not gate(of(off(1), off(1)), "improves").passed

    def test_it_fails_when_it_got_worse_for_sure(self) -> None:
        assert not gate(of(GOLD, off(2)), "improves").passed

    def test_it_fails_where_there_can_be_no_interval(self) -> None:
        found = small.compared(small.task(), DATA[:1], said(off(2)[:1]), said(GOLD[:1]))
        assert not gate(found, "improves").passed


class TestValidRate:
    def test_it_passes_when_the_rate_stays_or_rises(self) -> None:
        assert gate(of(off(1), GOLD), "valid rate").passed
        assert gate(of([None] * 20, GOLD), "valid rate").passed

    def test_it_fails_when_one_more_answer_is_malformed(self) -> None:
        found = of([*off(2)[:19], GOLD[19]], [*off(1)[:19], None])
        assert not gate(found, "valid rate").passed

    def test_it_can_be_left_out(self) -> None:
        assert not [one for one in of(off(2), GOLD, valid_rate=False).gates if one.name == "valid rate"]


class TestNotWorse:
    def test_it_passes_when_the_figure_stays_or_gets_better(self) -> None:
        assert gate(of(off(2), GOLD, not_worse=["spearman", "mae"]), "spearman").passed
        assert gate(of(off(2), GOLD, not_worse=["spearman", "mae"]), "mae").passed

    def test_it_fails_when_ratings_that_huddle_buy_their_nmse_with_the_order(self) -> None:
        found = of([{1: 1, 2: 5, 3: 5, 4: 5, 5: 5}[value] for value in GOLD], [3] * 20, not_worse=["spearman"])
        assert found.metric.difference < 0
        assert not gate(found, "spearman").passed

    def test_lower_is_better_for_an_error(self) -> None:
        assert not gate(of(GOLD, off(1), not_worse=["mae"]), "mae").passed

    def test_a_figure_that_became_undefined_fails_and_one_that_became_defined_passes(self) -> None:
        assert not gate(of(off(1), [None] * 20, not_worse=["spearman"]), "spearman").passed
        assert gate(of([None] * 20, off(1), not_worse=["spearman"]), "spearman").passed


class TestMustNotRegress:
    def compared(self, after: Sequence[int | None]) -> Comparison:
        before = [*GOLD[:2], *off(2)[2:]]
        return small.compared(small.task(), MARKED, said(before), said(after))

    def test_it_passes_when_the_marked_examples_hold(self) -> None:
        assert gate(self.compared(GOLD), "must not regress").passed
        assert gate(self.compared(GOLD), "must not regress").figure == "2/2"

    @pytest.mark.parametrize("now", [2, None])
    def test_it_fails_when_one_marked_example_gets_worse(self, now: int | None) -> None:
        found = self.compared([now, *GOLD[1:]])
        assert not gate(found, "must not regress").passed
        assert gate(found, "must not regress").figure == "1/2"

    def test_other_examples_may_get_worse(self) -> None:
        assert gate(self.compared([*GOLD[:19], None]), "must not regress").passed

    def test_it_can_be_left_out(self) -> None:
        names = {one.name for one in of(off(2), GOLD, must_not_regress=False).gates}
        assert "must not regress" not in names


@pytest.mark.parametrize(("worse", "passes"), [(0, True), (2, True), (3, False)])
def test_the_share_of_worse_examples_is_limited(worse: int, passes: bool) -> None:
    before = [*off(2)[: 20 - worse], *GOLD[20 - worse :]]
    after = [*GOLD[: 20 - worse], *off(1)[20 - worse :]]
    assert gate(of(before, after, max_worse_share=0.1), "worse").passed is passes


@pytest.mark.parametrize(("extra", "passes"), [(-5, True), (0, True), (30, True), (31, False)])
def test_the_growth_in_tokens_is_limited(extra: int, passes: bool) -> None:
    found = of(off(2), GOLD, tokens=(50, 50 + extra), max_extra_tokens=30)
    assert gate(found, "tokens").passed is passes


def test_limits_that_the_policy_does_not_set_are_no_gates() -> None:
    assert [one.name for one in of(off(2), GOLD).gates] == ["improves", "valid rate", "must not regress"]


def test_examples_that_share_a_document_and_move_together_widen_the_interval() -> None:
    before, after = off(2), [*GOLD[:12], *off(2)[12:]]
    grouped = [small.example(n, "test", clusters=(f"c{n // 4}",)) for n in range(20)]
    apart = small.compared(small.task(), DATA, said(before), said(after)).metric
    together = small.compared(small.task(), grouped, said(before), said(after)).metric
    assert apart.difference == together.difference
    assert together.high - together.low > 1.3 * (apart.high - apart.low)


@pytest.mark.parametrize("name", ["spearmann", "accuracy", "tokens"])
def test_a_policy_that_gates_on_a_figure_there_is_not_is_refused_before_anything_is_paid(name: str) -> None:
    with pytest.raises(ValidationError, match=f"the gates name .{name}"):
        small.task(policy={"gates": {"not_worse": [name]}})
