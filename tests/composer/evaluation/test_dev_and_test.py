"""How much of a search's estimate is left on the sealed split, and what the difference means."""

from __future__ import annotations

import pytest

from composer.confidence import Z
from composer.evaluation.dev_and_test import DevTestGap, dev_test_gap
from composer.evaluation.outcomes import Difference

NMSE = Difference("nmse", "lower", 15.0, 8.0, -7.0, -7.0 - Z, -7.0 + Z)  # a standard error of 1
ACCURACY = Difference("accuracy", "higher", 0.6, 0.7, 0.1, 0.1 - 0.02 * Z, 0.1 + 0.02 * Z)


def found(test: Difference, estimate: float, *, dev: int = 100, compositions: int = 214) -> DevTestGap:
    one = dev_test_gap(test, estimate, compositions=compositions, dev=dev, total=100)
    assert one is not None
    return one


def test_the_difference_is_what_the_gain_lost_whichever_way_the_metric_is_better() -> None:
    assert (found(NMSE, 0.09).dev, found(NMSE, 0.09).lost) == (pytest.approx(-9), pytest.approx(2))
    assert (found(ACCURACY, 0.15).dev, found(ACCURACY, 0.15).lost) == (pytest.approx(0.15), pytest.approx(0.05))
    assert found(NMSE, 0.05).lost == pytest.approx(-2)


def test_chance_allows_for_the_examples_on_either_side() -> None:
    assert found(NMSE, 0.09).chance == pytest.approx(Z * 2**0.5)
    assert found(NMSE, 0.09, dev=25).chance == pytest.approx(Z * 5**0.5)


@pytest.mark.parametrize(
    ("estimate", "dev", "verdict", "meaning"),
    [
        (0.05, 100, "whole", "Nothing of the search’s estimate was lost on new examples."),
        (0.09, 100, "less", "2.00 less is no surprise: the best of 214 on dev was lucky there, too"),
        (0.12, 100, "overfitted", "5.00 less is more than chance explains (up to 2.77): the search overfitted"),
        (0.12, 10, "less", "up to 6.50 is within chance"),
    ],
)
def test_the_difference_has_a_meaning_in_a_sentence(estimate: float, dev: int, verdict: str, meaning: str) -> None:
    one = found(NMSE, estimate, dev=dev)
    assert one.verdict == verdict
    assert meaning in one.meaning
    assert one.meaning.endswith(".")
    assert one.as_json()["verdict"] == verdict


def test_both_gains_are_named_with_the_interval_on_test() -> None:
    assert (
        found(ACCURACY, 0.15).sides
        == "accuracy +15.0 points on dev, +10.0 points [+6.1, +13.9] on the sealed split"
    )


def test_there_is_nothing_to_say_without_an_interval_or_a_search() -> None:
    bare = Difference("nmse", "lower", 15.0, 8.0, -7.0, None, None)
    assert dev_test_gap(bare, 0.1, compositions=5, dev=10, total=10) is None
    assert dev_test_gap(NMSE, 0.1, compositions=0, dev=10, total=10) is None
    assert dev_test_gap(NMSE, 0.1, compositions=5, dev=0, total=10) is None
