"""The corrected estimate: right however wrong the model is, narrower for a good one, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from composer.annotation.corrected import FEWEST, Corrected, corrected_mean, require_labels, tuned_power
from composer.evaluation.figures import Floats
from library.errors import Refused

SKEWED = (0.5, 0.25, 0.13, 0.08, 0.04)


def ratings(rng: np.random.Generator, n: int, *, off: float, noise: float) -> tuple[Floats, Floats]:
    """Return people's ratings from 1 to 5, most of them low, and a model's, which are `off` and noisy."""
    gold = rng.choice(5, n, p=SKEWED) + 1.0
    return gold, np.clip(np.round(gold + off + rng.normal(0, noise, n)), 1, 5)


def drawn(seed: int, labels: int = 100, others: int = 1000, *, off: float = 0.6, noise: float = 0.6) -> Corrected:
    gold, said = ratings(np.random.default_rng(seed), labels + others, off=off, noise=noise)
    return corrected_mean(gold[:labels], said[:labels], said[labels:])


def test_estimate_and_power_are_those_of_the_papers_package() -> None:
    # As ppi-python 0.2.3 has them: ppi_mean_pointestimate, and the lambda that it tunes.
    gold = np.array([1.0, 2, 3, 4, 5] * 10 + [2, 2, 3, 3, 1])
    said = np.array([1.0, 3, 3, 5, 5] * 10 + [2, 3, 3, 4, 2])
    others = np.array([1.0, 2, 3, 3, 4, 5, 5] * 30)
    found = corrected_mean(gold, said, others)
    assert found.power == pytest.approx(0.7643575393905933, abs=1e-6)
    assert found.corrected.value == pytest.approx(2.8816098, abs=1e-6)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    truth, rounds = float(np.dot(SKEWED, range(1, 6))), 400
    held = [one.low <= truth <= one.high for one in (drawn(seed).corrected for seed in range(rounds))]
    error = 1.96 * np.sqrt(0.95 * 0.05 / rounds)
    assert abs(np.mean(held) - 0.95) < 1.5 * error


def test_the_interval_of_a_share_holds_the_truth_also_where_a_label_is_rare() -> None:
    held = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        gold = (rng.random(1100) < 0.08) * 1.0
        said = np.where(rng.random(1100) < 0.15, 1 - gold, gold)
        if not gold[:100].any():
            continue  # refused: the label was never given
        one = corrected_mean(gold[:100], said[:100], said[100:], ends=(0, 1)).corrected
        held.append(one.low <= 0.08 <= one.high)
    assert 0.93 <= np.mean(held) <= 0.99


def test_answers_that_are_off_are_corrected_where_taking_them_as_they_are_misleads() -> None:
    truth = float(np.dot(SKEWED, range(1, 6)))
    found = drawn(1)
    assert found.naive.low > truth
    assert found.corrected.low <= truth <= found.corrected.high


def test_a_good_model_narrows_the_interval_and_one_that_guesses_counts_for_nothing() -> None:
    good, guessing = drawn(2, noise=0.3), drawn(2, noise=40)
    width = {one: one.corrected.high - one.corrected.low for one in (good, guessing)}
    alone = {one: one.classical.high - one.classical.low for one in (good, guessing)}
    assert width[good] < 0.7 * alone[good]
    assert width[guessing] < 1.05 * alone[guessing]
    assert guessing.power < 0.2 < 0.7 < good.power


def test_a_model_that_always_says_the_same_is_refused() -> None:
    gold = np.arange(60) % 5 + 1.0
    with pytest.raises(Refused, match="one and the same answer to every row"):
        corrected_mean(gold, np.full(60, 3.0), np.full(500, 3.0))


def test_labels_that_are_all_the_same_are_refused() -> None:
    said = np.arange(60) % 5 + 1.0
    with pytest.raises(Refused, match="all labels are the same"):
        corrected_mean(np.full(60, 3.0), said, said)
    with pytest.raises(Refused, match="all labels are the same"):
        require_labels(["good"] * 60, 500)


@pytest.mark.parametrize("labels", [0, 1, FEWEST - 1])
def test_too_few_labels_are_refused(labels: int) -> None:
    gold = np.arange(labels) % 5 + 1.0
    with pytest.raises(Refused, match=f"only {labels} rows have a label, and below {FEWEST}"):
        corrected_mean(gold, gold, np.arange(500) % 5 + 1.0)
    with pytest.raises(Refused, match="have a label"):
        require_labels(list(gold), 500)


def test_where_nearly_every_row_has_a_label_there_is_nothing_to_estimate() -> None:
    with pytest.raises(Refused, match="only 3 rows have no label"):
        require_labels([1.0, 2.0] * 50, 103)


def test_labels_of_rows_that_differ_from_the_others_are_found_out() -> None:
    gold, said = ratings(np.random.default_rng(3), 1100, off=0.0, noise=0.5)
    order = np.argsort(-gold[:1000], kind="stable")
    chosen, left = order[:100], np.setdiff1d(np.arange(1100), order[:100])
    assert corrected_mean(gold[chosen], said[chosen], said[left]).apart > 5
    assert drawn(3).apart < 3


def test_the_power_stays_between_nothing_and_all() -> None:
    gold = np.arange(60) % 5 + 1.0
    assert tuned_power(gold, -gold, -gold) == 0
    assert tuned_power(2 * gold, gold, np.tile(gold, 50)) == 1
