"""Slices: each by itself, and none called a change because there are many to look at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.data.examples import Example
from composer.evaluation.metrics import Scored
from composer.evaluation.outcomes import Slice
from composer.evaluation.slices import MOST, holm, slices
from tests import small


def scored(loss: list[float]) -> Scored:
    ones = np.ones(len(loss))
    return Scored(np.array(loss), ones > 0, ones, ones)


def example(number: int, name: str) -> Example:
    return small.example(number, "test", slice=name, clusters=(f"c{number}",))


def of(names: list[str], before: list[float], after: list[float]) -> tuple[Slice, ...]:
    examples = [example(number, name) for number, name in enumerate(names)]
    return slices(small.task(), examples, scored(before), scored(after))


def test_each_slice_tells_its_own_difference_by_name() -> None:
    names = ["sport", "news", "sport", "news", "", "news"]
    news, sport = of(names, [0.5, 0.1, 0.3, 0.1, 0.9, 0.1], [0.5, 0.2, 0.1, 0.3, 0.0, 0.1])
    assert (news.name, news.n, news.better, news.same, news.worse) == ("news", 3, 0, 1, 2)
    assert news.difference == pytest.approx(10)
    assert (sport.name, sport.n, sport.better, sport.same, sport.worse) == ("sport", 2, 1, 1, 0)
    assert sport.difference == pytest.approx(-10)
    assert sport.low is not None
    assert sport.high is not None
    assert sport.low < -10 < sport.high


@pytest.mark.parametrize("seed", range(12))
def test_p_and_interval_never_contradict_each_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = rng.random(20) * 0.5
    (one,) = of(["a"] * 20, list(before), list(np.clip(before - 0.05 + rng.normal(0, 0.12, 20), 0, 1)))
    assert one.low is not None
    assert one.high is not None
    assert (one.p < 0.05) == (not one.low <= 0 <= one.high)


def test_p_is_corrected_for_the_number_of_slices() -> None:
    (alone,) = of(["a"] * 6, [0.5] * 6, [0.25] * 6)
    (a, b) = of(["a"] * 6 + ["b"] * 6, [0.5] * 12, [0.25] * 6 + [0.5] * 6)
    assert a.p == pytest.approx(2 * alone.p)
    assert b.p == 1


def test_holm_steps_down_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_a_slice_of_one_example_has_no_interval_and_says_nothing() -> None:
    (one,) = of(["a"], [0.5], [0.1])
    assert (one.n, one.low, one.high, one.p) == (1, None, None, 1)
    assert one.difference == pytest.approx(-40)


def test_examples_that_share_a_document_count_for_less() -> None:
    rng = np.random.default_rng(0)
    after = list(np.repeat(rng.random(8) * 0.6, 5))
    examples = [example(number, "a") for number in range(40)]
    shared = [replace(one, clusters=(f"d{number // 5}",)) for number, one in enumerate(examples)]
    apart, together = (
        slices(small.task(), some, scored([0.42] * 40), scored(after))[0] for some in (examples, shared)
    )
    assert together.p > 1.5 * apart.p
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


def test_of_many_slices_those_with_most_examples_are_told_apart() -> None:
    names = [f"s{number:02}" for number in range(MOST + 3)] + [f"s{number:02}" for number in range(3, MOST + 3)]
    found = of(names, [0.5] * len(names), [0.25] * len(names))
    assert [one.name for one in found] == [f"s{number:02}" for number in range(3, MOST + 3)]


def test_slices_of_labels_are_told_in_accuracy() -> None:
    data = [small.example(number, "test", gold="good", slice="a") for number in range(4)]
    (one,) = small.compared(small.label_task(), data, ['{"label": "bad"}'] * 4, ['{"label": "good"}'] * 4).slices
    assert (one.difference, one.better) == (1, 4)


def test_without_slices_there_are_none() -> None:
    assert of(["", ""], [0.5, 0.5], [0.1, 0.1]) == ()
