"""The gates of a policy, each on cases made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from composer.evaluation.comparison import Side, compare
from composer.evaluation.gates import let_through
from composer.evaluation.outcomes import Comparison, Difference, Gate
from composer.models.prices import Prices
from tests import small
from tests.composer.evaluation.ratings import DATA, GOLD, answered, compared, gate, off

MARKED = [small.example(number, "test", must_not_regress=number < 2) for number in range(20)]


class TestImproves:
    def test_it_passes_when_the_interval_is_clear_of_zero(self) -> None:
        assert gate(compared(off(2), off(1)), "improves").passed

    def test_it_fails_when_the_interval_touches_zero(self) -> None:
        found = compared([*off(2)[:3], *GOLD[3:]], [*GOLD[:19], *off(2)[19:]])
        assert found.metric.difference < 0
        assert found.metric.high >= 0
        assert not gate(found, "improves").passed

    def test_it_fails_when_nothing_changed(self) -> None:
        assert not gate(compared(off(1), off(1)), "improves").passed

    def test_it_fails_when_it_got_worse_for_sure(self) -> None:
        assert not gate(compared(GOLD, off(2)), "improves").passed

    def test_it_fails_where_there_can_be_no_interval(self) -> None:
        found = small.compared(small.task(), DATA[:1], answered(off(2)[:1]), answered(GOLD[:1]))
        assert not gate(found, "improves").passed


class TestValidRate:
    def test_it_passes_when_the_rate_stays_or_rises(self) -> None:
        assert gate(compared(off(1), GOLD), "valid rate").passed
        assert gate(compared([None] * 20, GOLD), "valid rate").passed

    def test_it_fails_when_one_more_answer_is_malformed(self) -> None:
        found = compared([*off(2)[:19], GOLD[19]], [*off(1)[:19], None])
        assert not gate(found, "valid rate").passed

    def test_it_can_be_left_out(self) -> None:
        assert not [one for one in compared(off(2), GOLD, valid_rate=False).gates if one.name == "valid rate"]


class TestNotWorse:
    def test_it_passes_when_the_figure_stays_or_gets_better(self) -> None:
        assert gate(compared(off(2), GOLD, not_worse=["spearman", "mae"]), "spearman").passed
        assert gate(compared(off(2), GOLD, not_worse=["spearman", "mae"]), "mae").passed

    def test_it_fails_when_ratings_that_huddle_buy_their_nmse_with_the_order(self) -> None:
        found = compared(
            [{1: 1, 2: 5, 3: 5, 4: 5, 5: 5}[value] for value in GOLD], [3] * 20, not_worse=["spearman"]
        )
        assert found.metric.difference < 0
        assert not gate(found, "spearman").passed

    def test_a_fall_that_may_be_chance_passes_within_the_tolerance_alone(self) -> None:
        before, after = off(1), [*off(1)[:19], off(2)[19]]
        assert not gate(compared(before, after, not_worse=["mae"]), "mae").passed
        assert gate(compared(before, after, not_worse=["mae"], tolerance={"mae": 0.1}), "mae").passed

    def test_a_tolerance_is_told_as_the_way_in_which_the_figure_gets_worse(self) -> None:
        found = compared(off(1), off(1), not_worse=["mae", "spearman"], tolerance={"mae": 0.1, "spearman": 0.05})
        assert gate(found, "mae").figure == "+0 (may rise by 0.1)"
        assert gate(found, "spearman").figure == "+0 (may fall by 0.05)"

    def test_lower_is_better_for_an_error(self) -> None:
        assert not gate(compared(GOLD, off(1), not_worse=["mae"]), "mae").passed

    def test_a_figure_that_became_undefined_fails_and_one_that_became_defined_passes(self) -> None:
        assert not gate(compared(off(1), [None] * 20, not_worse=["spearman"]), "spearman").passed
        assert gate(compared([None] * 20, off(1), not_worse=["spearman"]), "spearman").passed


class TestMustNotRegress:
    def compared(self, after: Sequence[int | None]) -> Comparison:
        before = [*GOLD[:2], *off(2)[2:]]
        return small.compared(small.task(), MARKED, answered(before), answered(after))

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
        names = {one.name for one in compared(off(2), GOLD, must_not_regress=False).gates}
        assert "must not regress" not in names


@pytest.mark.parametrize(("worse", "passes"), [(0, True), (2, True), (3, False)])
def test_the_share_of_worse_examples_is_limited(worse: int, passes: bool) -> None:
    before = [*off(2)[: 20 - worse], *GOLD[20 - worse :]]
    after = [*GOLD[: 20 - worse], *off(1)[20 - worse :]]
    assert gate(compared(before, after, max_worse_share=0.1), "worse").passed is passes


@pytest.mark.parametrize(("extra", "passes"), [(-5, True), (0, True), (30, True), (31, False)])
def test_the_growth_in_tokens_is_limited(extra: int, passes: bool) -> None:
    found = compared(off(2), GOLD, tokens=(50, 50 + extra), max_extra_tokens=30)
    assert gate(found, "tokens").passed is passes


class TestGrowth:
    def compared(self, *sides: tuple[int, float], prices: Prices | None = None, **gates: float) -> Comparison:
        """Compare two prompts by the prompt tokens and the seconds that each of their answers takes."""
        of = small.task(policy={"gates": gates})
        both = [
            Side([replace(small.answer('{"rating": 3}', tokens), seconds=seconds) for _ in DATA])
            for tokens, seconds in sides
        ]
        return compare(of, DATA, *both, np.random.default_rng(0), prices=prices)

    @pytest.mark.parametrize(("after", "passes"), [(0.5, True), (0.6, True), (0.61, False)])
    def test_seconds_may_grow_by_a_share_of_what_they_were(self, after: float, passes: bool) -> None:
        found = gate(self.compared((10, 0.5), (10, after), max_seconds_growth=0.2), "seconds ≤ +20%")
        assert found.passed is passes
        assert found.figure == f"{after / 0.5 - 1:+.1%} (0.500 → {after:.3f})"

    def test_the_cost_of_prompt_and_answer_may_grow_by_a_share_of_what_it_was(self) -> None:
        for tokens, passes in ((16, True), (18, False)):  # an answer has 4 more
            found = self.compared((10, 0.1), (tokens, 0.1), prices=Prices(2.0, 2.0), max_cost_growth=0.45)
            assert gate(found, "cost ≤ +45%").passed is passes

    def test_a_longer_prompt_counts_for_less_where_its_tokens_are_cheap(self) -> None:
        for prices, grown in ((Prices(1, 1), 10 / 14), (Prices(1, 10), 10 / 50), (Prices(0, 1), 0.0)):
            found = gate(self.compared((10, 0.1), (20, 0.1), prices=prices, max_cost_growth=0.2), "cost ≤ +20%")
            assert found.passed is (grown <= 0.2)
            assert found.figure.startswith(f"{grown:+.1%} (")

    @pytest.mark.parametrize(
        ("side", "gates", "why"),
        [
            ((10, 0.1), {"max_cost_growth": 1}, "not known: the target has no price_per_million_tokens"),
            ((10, 0.0), {"max_seconds_growth": 1}, "not known: the answers have no seconds"),
        ],
    )
    def test_it_fails_with_the_reason_where_its_figure_is_missing(
        self, side: tuple[int, float], gates: dict[str, float], why: str
    ) -> None:
        found = self.compared(side, side, **gates).gates[-1]
        assert (found.passed, found.figure) == (False, why)

    def test_a_target_that_reports_no_tokens_has_no_cost(self) -> None:
        none = Side([replace(small.answer("3", 0), completion_tokens=0) for _ in DATA])
        of = small.task(policy={"gates": {"max_cost_growth": 1}})
        found = compare(of, DATA, none, none, np.random.default_rng(0), prices=Prices(1.0, 1.0))
        assert "cost" not in [one.name for one in found.figures]
        assert found.gates[-1].figure == "not known: the target reports no tokens"


def test_limits_that_the_policy_does_not_set_are_no_gates() -> None:
    assert [one.name for one in compared(off(2), GOLD).gates] == ["improves", "valid rate", "must not regress"]


@pytest.mark.parametrize("name", ["spearmann", "accuracy", "tokens"])
def test_a_policy_that_gates_on_a_figure_there_is_not_is_refused_before_anything_is_paid(name: str) -> None:
    with pytest.raises(ValidationError, match=f"the gates name .{name}"):
        small.task(policy={"gates": {"not_worse": [name]}})


def test_a_gate_that_fails_holds_up_unless_it_may_be_overridden_and_the_metric_is_better() -> None:
    better, no_better = Difference("nmse", "lower", 9, 8, -1, -2, 1), Difference("nmse", "lower", 9, 9, 0.0, -1, 1)
    fails, advisory = Gate("improves", False, ""), Gate("tokens", False, "", binding=False)
    assert let_through(no_better, [advisory], may_override=False)
    assert not let_through(better, [fails], may_override=False)
    assert let_through(better, [fails, advisory], may_override=True)
    assert not let_through(no_better, [fails], may_override=True)
