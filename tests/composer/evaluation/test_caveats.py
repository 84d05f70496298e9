"""The constant answer a prompt has to beat, and how often each answer was given."""

from __future__ import annotations

import pytest

from composer.evaluation.caveats import answers_given, best_constant, find_caveats, minimum_detectable_difference
from composer.evaluation.concentration import Concentration
from composer.evaluation.dev_and_test import dev_test_gap
from composer.evaluation.outcomes import Difference, Row
from tests import small


def row(number: int, gold: float | str, before: float | str | None, after: float | str | None) -> Row:
    return Row(f"e{number}", 0.0, 0.0, True, True, before, after, gold)


def test_the_best_constant_rating_is_the_one_nearest_to_all_people_said() -> None:
    rows = [row(1, 1.0, 1, 3), row(2, 3.0, 1, 3), row(3, 3.0, 1, None)]
    found = best_constant(small.task().output, rows)
    assert found.answer == "2"
    assert found.figure == pytest.approx(100 * 3 / (3 * 16))


def test_the_best_constant_label_is_the_most_frequent_one() -> None:
    rows = [row(1, "good", "bad", "good"), row(2, "good", "bad", "bad"), row(3, "bad", "bad", "bad")]
    found = best_constant(small.label_task().output, rows)
    assert (found.answer, found.figure) == ("good", pytest.approx(2 / 3))


def test_answers_are_counted_in_order_with_malformed_ones_last() -> None:
    rows = [row(1, 1.0, 3, 5), row(2, 3.0, 1, None), row(3, 3.0, 1, 5)]
    assert answers_given(rows) == ((("1", 2), ("3", 1)), (("5", 2), ("malformed", 1)))


@pytest.mark.parametrize(
    ("figure", "low", "said"),
    [
        (20.0, -9.0, ["no better than that", "differences of"]),
        (20.0, -5.2, ["no better than that"]),
        (5.0, -9.0, ["does not depend on the input", "differences of"]),
        (1.0, -9.0, ["differences of"]),
        (1.0, -5.2, []),
    ],
)
def test_a_gain_is_doubted_where_a_constant_does_as_well_or_the_test_is_too_small(
    figure: float, low: float, said: list[str]
) -> None:
    metric = Difference("nmse", "lower", figure + 5, figure, -5.0, low, -10.0 - low)
    rows = [row(1, 1.0, 1, 3), row(2, 3.0, 1, 3), row(3, 3.0, 1, None)]
    found = find_caveats(metric, small.task().output, rows)
    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))


def test_a_gain_is_doubted_where_it_sits_in_few_clusters_or_in_one_slice() -> None:
    metric = Difference("nmse", "lower", 5.0, 1.0, -4.0, -4.5, -3.5)
    rows = [row(1, 1.0, 1, 3), row(2, 3.0, 1, 3), row(3, 3.0, 1, None)]
    few = Concentration("clusters", ("a", "b", "c", "d"), 12, 100, 0.81, 0.004, -0.011, 0.02, 0.001)
    slice_ = Concentration("slice", ("news",), 30, 100, 1.2, -0.01, -0.02, 0.001, 0.001)
    found = find_caveats(metric, small.task().output, rows, gathered=[few, slice_])
    assert found == (
        "The gain sits in 4 clusters (a, b, c and others): 12 of 100 examples hold 81% of it. On all others NMSE "
        "changes by −0.400 [−2.00, +1.10], which is no clear gain.",
        "The gain sits in the slice news: 30 of 100 examples hold all of it. On all others NMSE changes by "
        "+1.00 [−0.100, +2.00], which is no clear gain.",
    )


def test_a_gain_is_doubted_where_much_less_than_the_search_expected_is_left_on_test() -> None:
    metric = Difference("accuracy", "higher", 0.6, 0.8, 0.2, 0.15, 0.25)
    rows = [row(1, "good", "good", "good"), row(2, "bad", "good", "bad")]

    def doubts(estimate: float) -> tuple[str, ...]:
        gap = dev_test_gap(metric, estimate, compositions=30, dev=100, total=100)
        return find_caveats(metric, small.label_task().output, rows, gap=gap)

    assert doubts(0.25) == ()
    assert doubts(0.35) == ("The search overfitted: of accuracy +35.0 on dev, +20.0 is left on test.",)


def test_the_detectable_difference_is_2_8_standard_errors() -> None:
    error = 2.0
    known = Difference("nmse", "lower", 10, 9, -1, -1 - 1.96 * error, -1 + 1.96 * error)
    assert minimum_detectable_difference(known) == pytest.approx(2.8 * error, rel=0.01)
    assert minimum_detectable_difference(Difference("nmse", "lower", 10, 9, -1, None, None)) is None
