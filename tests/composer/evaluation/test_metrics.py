"""Metrics: malformed is a full loss and is counted apart; figures agree with their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from composer.evaluation.metrics import as_change, composite, figures, read, score
from composer.evaluation.parsing import Parsed
from composer.task.task import FIGURES
from tests import small

MALFORMED = Parsed(None, "not JSON")
RATING, LABEL = small.task(), small.label_task()


def rated(gold: list[float], values: list[int | None]) -> dict[str, float]:
    data = [small.example(number, gold=one) for number, one in enumerate(gold)]
    return dict(read(RATING, score(RATING, data, [MALFORMED if v is None else Parsed(v) for v in values])))


def labelled(gold: list[str], values: list[str | None]) -> dict[str, float]:
    data = [small.example(number, gold=one) for number, one in enumerate(gold)]
    return dict(read(LABEL, score(LABEL, data, [MALFORMED if v is None else Parsed(v) for v in values])))


def test_nmse_is_the_mean_squared_error_over_the_squared_range_in_percent() -> None:
    assert rated([1, 3, 4.5], [2, 3, 4])["nmse"] == pytest.approx(100 * (1 + 0 + 0.25) / 16 / 3)


def test_nmse_is_0_when_perfect_and_100_when_as_wrong_as_can_be() -> None:
    assert rated([1, 5], [1, 5])["nmse"] == 0
    assert rated([1, 5], [5, 1])["nmse"] == 100


def test_a_malformed_rating_costs_the_full_loss_and_is_left_out_of_valid_only() -> None:
    found = rated([3, 3, 3, 3], [3, 3, 4, None])
    assert found["nmse"] == pytest.approx(100 * (1 / 16 + 1) / 4)
    assert found["valid_nmse"] == pytest.approx(100 / 16 / 3)
    assert found["valid_rate"] == 0.75
    assert found["mae"] == pytest.approx(1 / 3)


def test_a_malformed_label_is_wrong_and_is_left_out_of_valid_only() -> None:
    found = labelled(["good", "good", "bad", "bad"], ["good", "bad", "bad", None])
    assert found["accuracy"] == 0.5
    assert found["valid_accuracy"] == pytest.approx(2 / 3)
    assert found["valid_rate"] == 0.75


def test_malformed_is_never_better_than_any_valid_answer() -> None:
    for gold in (1.0, 2.7, 5.0):
        for value in range(1, 6):
            assert rated([gold], [value])["nmse"] <= rated([gold], [None])["nmse"]


def test_with_no_valid_answer_the_composite_is_the_worst_and_valid_only_is_undefined() -> None:
    found = rated([1, 5], [None, None])
    assert (found["nmse"], found["valid_rate"]) == (100, 0)
    assert all(np.isnan(found[name]) for name in ("valid_nmse", "mae", "spearman", "spread"))
    assert labelled(["good"], [None])["accuracy"] == 0


@given(st.lists(st.tuples(st.floats(1, 5), st.integers(1, 5)), min_size=3, max_size=30))
def test_spearman_agrees_with_scipy(pairs: list[tuple[float, int]]) -> None:
    gold, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len(set(gold)) > 1 and len(set(values)) > 1:
        assert rated(gold, list(values))["spearman"] == pytest.approx(spearmanr(gold, values).statistic, abs=1e-9)
    else:
        assert rated(gold, list(values))["spearman"] == 0


def test_ratings_that_crowd_together_have_less_spread() -> None:
    gold = [1.0, 2, 3, 4, 5]
    assert rated(gold, [3, 3, 3, 3, 3])["spread"] == 0
    assert rated(gold, [1, 2, 3, 4, 5])["spread"] == pytest.approx(np.std([1, 2, 3, 4, 5]))
    assert rated(gold, [1, 2, 3, 4, None])["spread"] == pytest.approx(np.std([1, 2, 3, 4]))


def test_macro_f1_counts_a_malformed_answer_as_a_miss_of_its_label() -> None:
    found = labelled(["good", "good", "bad", "bad"], ["good", None, "bad", "bad"])
    assert found["macro_f1"] == pytest.approx((2 / 3 + 1) / 2)


@given(
    st.lists(st.tuples(st.floats(1, 5), st.integers(1, 5) | st.none()), min_size=1, max_size=20),
    st.integers(0, 2**32 - 1),
)
def test_losses_lie_between_0_and_1_and_weights_count_examples(
    pairs: list[tuple[float, int | None]], seed: int
) -> None:
    gold, values = [p[0] for p in pairs], [p[1] for p in pairs]
    data = [small.example(n, gold=one) for n, one in enumerate(gold)]
    scored = score(RATING, data, [MALFORMED if v is None else Parsed(v) for v in values])
    assert ((scored.loss >= 0) & (scored.loss <= 1)).all()
    times = np.random.default_rng(seed).integers(0, 4, len(pairs))
    repeated = np.repeat(np.arange(len(pairs)), times)
    if len(repeated):
        again = rated([gold[i] for i in repeated], [values[i] for i in repeated])
        for figure in figures(RATING):
            (found,) = figure.of_many(scored, times[np.newaxis])
            assert found == pytest.approx(again[figure.name], nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("of", [RATING, LABEL], ids=["rating", "label"])
def test_a_policy_can_gate_on_every_figure(of: object) -> None:
    assert isinstance(of, small.Task)
    assert tuple(figure.name for figure in figures(of)) == FIGURES[of.output.kind]
    assert figures(of)[0].name == of.metric


@pytest.mark.parametrize("malformed", [0, 2])
def test_the_composite_is_the_first_figure(malformed: int) -> None:
    data = [small.example(number, gold=3.5) for number in range(6)]
    scored = score(RATING, data, [MALFORMED] * malformed + [Parsed(2)] * (6 - malformed))
    assert composite(RATING, scored).whole() == figures(RATING)[0].of(scored) == read(RATING, scored)["nmse"]
    data = [small.example(number, gold="good") for number in range(6)]
    scored = score(LABEL, data, [MALFORMED] * malformed + [Parsed("good")] * (6 - malformed))
    assert composite(LABEL, scored).whole() == figures(LABEL)[0].of(scored) == read(LABEL, scored)["accuracy"]


def test_a_gain_lowers_an_error_and_raises_an_accuracy() -> None:
    assert as_change("nmse", 0.05) == pytest.approx(-5)
    assert as_change("accuracy", 0.05) == pytest.approx(0.05)
