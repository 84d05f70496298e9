"""Several prompts on the same examples: the figures of two alone, and p values corrected for their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from composer.evaluation.side_by_side import Answered, Standing, stand
from composer.evaluation.slices import holm
from composer.models.prices import Prices
from tests import small
from tests.composer.evaluation.ratings import DATA, GOLD, answered, off

TASK = small.task()


def prompt(values: Sequence[int | None], tokens: int = 10, prices: Prices | None = None) -> Answered:
    return Answered(DATA, [small.answer(text, tokens) for text in answered(values)], prices)


NEARER = [*off(1)[:10], *off(2)[10:]]


def three() -> tuple[Standing, ...]:
    return stand(TASK, [prompt(off(2)), prompt(off(1), tokens=15), prompt(NEARER)], base=0)


def test_the_difference_of_two_is_that_of_their_own_comparison() -> None:
    _, one, _ = three()
    alone = small.compared(TASK, DATA, answered(off(2)), answered(off(1)), (10, 15))
    beside = {each.name: each for each in one.differences}
    for name in ("nmse", "valid_rate", "mae"):
        assert beside[name] == next(each for each in alone.figures if each.name == name)
    assert beside["tokens"].difference == 5
    assert one.counts == alone.counts


def test_p_values_are_corrected_for_the_number_of_prompts() -> None:
    base, first, second = three()
    assert base.p is None
    assert base.differences == ()
    alone = [stand(TASK, [prompt(off(2)), prompt(values)], 0)[1].p for values in (off(1), NEARER)]
    assert [first.p, second.p] == holm([one or 0.0 for one in alone])
    assert first.p == pytest.approx(2 * (alone[0] or 0.0))


def test_only_examples_that_both_answered_are_compared() -> None:
    part = Answered(DATA[5:12], prompt(off(1)).answers[5:12])
    _, one = stand(TASK, [prompt(off(2)), part], 0)
    assert (one.total, one.common) == (7, 7)
    assert one.differences[0].incumbent == pytest.approx(
        100 * sum(((value - gold) / 4) ** 2 for value, gold in zip(off(2)[5:12], GOLD[5:12], strict=True)) / 7
    )
    other = Answered([replace(example, id=f"x{example.id}") for example in DATA], prompt(off(1)).answers)
    _, apart = stand(TASK, [prompt(off(2)), other], 0)
    assert (apart.common, apart.differences, apart.p) == (0, (), None)


def test_each_prompt_has_its_own_figures_with_intervals_within_their_ends() -> None:
    base, best, _ = stand(TASK, [prompt(off(2)), prompt(GOLD), prompt(off(1), prices=Prices(2.0, 2.0))], 0)
    assert best.figures["nmse"].value == 0
    assert best.figures["spearman"].high <= 1
    low, high = base.figures["valid_rate"].low, base.figures["valid_rate"].high
    assert (round(low, 3), high) == (0.839, 1.0)  # Wilson, 20 of 20
    assert "cost" not in base.figures


def test_a_malformed_answer_has_the_full_loss_and_a_place_among_what_was_read() -> None:
    _, one = stand(TASK, [prompt(GOLD), prompt([None, *GOLD[1:]])], 0)
    assert one.losses[:2] == [1.0, 0.0]
    assert not one.parsed[0].valid
    assert one.counts is not None
    assert one.counts.worse == 1
