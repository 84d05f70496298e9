"""The quantities a file is asked for: mean or shares, malformed answers counted, refused where they mislead."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from composer.annotation.estimates import MEAN, estimates
from composer.annotation.work import Said, Tally
from composer.task.task import Output
from library.errors import Refused

RATING = Output(field="rating", kind="ordinal", low=1, high=5)
LABEL = Output(field="label", kind="label", labels=("good", "bad", "neither"))


def rated(*, valid: bool = True, others: int = 400) -> Tally:
    """60 rows with a label, and others; the model is one too high at every third row."""
    rng = np.random.default_rng(0)
    golds = [float(one) for one in rng.integers(1, 5, 60)]
    said: list[Said] = [gold + (place % 3 == 0) for place, gold in enumerate(golds)]
    return Tally(
        Counter({float(one): others // 4 for one in range(1, 5)} if valid else {None: others}),
        [(gold, one if valid else None) for gold, one in zip(golds, said, strict=True)],
    )


def labelled(said: Said = "good") -> Tally:
    pairs: list[tuple[float | str, Said]] = [("good", "good"), ("bad", "bad"), ("bad", "good")] * 20
    return Tally(Counter({"good": 200, "bad": 150, None: 50}), [*pairs, ("good", None)])


def test_ratings_are_asked_for_their_mean_and_the_models_error_is_taken_off() -> None:
    found = estimates(RATING, rated())
    assert list(found) == [MEAN]
    one = found[MEAN]
    assert (one.labels, one.others) == (60, 400)
    assert one.corrected.low < one.corrected.value < one.corrected.high
    golds = [gold for gold, _ in rated().labelled]
    assert one.classical.value == pytest.approx(np.mean([float(gold) for gold in golds]))


def test_a_malformed_rating_counts_as_the_mean_of_the_valid_ones() -> None:
    tally = rated()
    tally.others[None] = 400
    valid = [float(said) for _, said in tally.labelled if said is not None]
    mean = (sum(valid) + 100 * (1 + 2 + 3 + 4)) / (len(valid) + 400)
    naive = estimates(RATING, tally)[MEAN].naive.value
    assert naive == pytest.approx(mean)


def test_labels_are_asked_for_their_shares_and_those_that_nobody_gave_left_out() -> None:
    found = estimates(LABEL, labelled())
    assert list(found) == ["good", "bad"]
    assert found["good"].naive.value == pytest.approx((200 + 40) / 461)  # a malformed answer is no label
    for one in found.values():
        assert 0 <= one.corrected.low < one.corrected.value < one.corrected.high <= 1


def test_where_no_answer_is_valid_nothing_is_estimated() -> None:
    with pytest.raises(Refused, match="no answer is valid"):
        estimates(RATING, rated(valid=False))


def test_a_model_that_always_says_the_same_is_refused_for_labels_too() -> None:
    tally = Tally(Counter({"good": 100}), [("good", "good"), ("bad", "good")] * 30)
    with pytest.raises(Refused, match="one and the same answer to every row"):
        estimates(LABEL, tally)


def test_too_few_rows_with_a_label_are_refused() -> None:
    tally = rated()
    with pytest.raises(Refused, match="only 10 rows have a label"):
        estimates(RATING, Tally(tally.others, tally.labelled[:10]))
