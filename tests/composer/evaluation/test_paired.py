"""The interval of a difference: the figures of the metrics, taken as means or many resamples at a time."""

from __future__ import annotations

import numpy as np
import pytest

from composer.evaluation.metrics import Figure, Scored, figures
from composer.evaluation.paired import MANY, MEANS, paired_interval
from composer.task.task import Task
from tests import small

RATING, LABEL = small.task(), small.label_task()
FIGURES = [(task, figure) for task in (RATING, LABEL) for figure in figures(task)]


def answers(task: Task, n: int, seed: int, malformed: float = 0.2) -> Scored:
    rng = np.random.default_rng(seed)
    valid = rng.random(n) >= malformed
    if task is RATING:
        gold, value = np.round(rng.uniform(1, 5, n), 1), rng.integers(1, 6, n).astype(float)
        loss = ((value - gold) / 4) ** 2
    else:
        gold, value = rng.integers(0, 2, n).astype(float), rng.integers(0, 2, n).astype(float)
        loss = (value != gold).astype(float)
    return Scored(np.where(valid, loss, 1.0), valid, np.where(valid, value, np.nan), gold)


def alone(n: int) -> list[tuple[str, ...]]:
    return [(f"{number}",) for number in range(n)]


def named(task: Task, name: str) -> Figure:
    return next(figure for figure in figures(task) if figure.name == name)


@pytest.mark.parametrize(("task", "figure"), FIGURES, ids=lambda one: getattr(one, "name", ""))
def test_each_figure_is_what_the_metrics_say_it_is(task: Task, figure: Figure) -> None:
    scored = answers(task, 30, seed=1)
    weights = np.random.default_rng(2).multinomial(30, np.full(30, 1 / 30), size=50).astype(float)
    expected = np.array([figure.of(scored, one) for one in weights])
    if figure.name in MEANS:
        mean = MEANS[figure.name](scored)
        found = weights @ (mean.values * mean.counted) / (weights @ mean.counted)
    else:
        found = MANY[figure.name](scored)(weights)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("malformed", [0.0, 0.9, 1.0])
@pytest.mark.parametrize("name", ["spearman", "spread"])
def test_what_is_constant_or_missing_is_so_in_every_resample(name: str, malformed: float) -> None:
    scored = answers(RATING, 12, seed=3, malformed=malformed)
    scored = Scored(scored.loss, scored.valid, np.where(scored.valid, 4.0, np.nan), scored.gold)
    weights = np.random.default_rng(2).multinomial(12, np.full(12, 1 / 12), size=40).astype(float)
    expected = [named(RATING, name).of(scored, one) for one in weights]
    assert np.array_equal(MANY[name](scored)(weights), expected, equal_nan=True)


@pytest.mark.parametrize(("task", "figure"), FIGURES, ids=lambda one: getattr(one, "name", ""))
def test_it_holds_the_difference_seen(task: Task, figure: Figure) -> None:
    before, after = answers(task, 60, seed=1), answers(task, 60, seed=2, malformed=0.1)
    found = paired_interval(figure, before, after, alone(60), np.random.default_rng(0))
    ones = np.ones(60)
    assert found.low < figure.of(after, ones) - figure.of(before, ones) < found.high


@pytest.mark.parametrize(
    ("task", "composite", "valid"), [(RATING, "nmse", "valid_nmse"), (LABEL, "accuracy", "valid_accuracy")]
)
def test_where_all_is_valid_the_valid_only_figure_has_the_interval_of_the_composite(
    task: Task, composite: str, valid: str
) -> None:
    before, after = (answers(task, 40, seed=seed, malformed=0) for seed in (1, 2))
    one, other = (
        paired_interval(named(task, name), before, after, alone(40), np.random.default_rng(0))
        for name in (composite, valid)
    )
    assert one == other


def test_an_interval_of_valid_answers_alone_is_near_that_of_the_bootstrap() -> None:
    before, after = (answers(RATING, 300, seed=seed, malformed=0.5) for seed in (1, 2))
    figure = named(RATING, "valid_nmse")
    other = Figure("resampled", figure.better_is, figure.of)
    found, drawn = (
        paired_interval(one, before, after, alone(300), np.random.default_rng(0)) for one in (figure, other)
    )
    assert (found.low, found.high) == pytest.approx((drawn.low, drawn.high), abs=0.1 * (drawn.high - drawn.low))


def test_without_a_valid_answer_on_a_side_there_is_none() -> None:
    before, after = answers(RATING, 20, seed=1, malformed=1), answers(RATING, 20, seed=2)
    for name in ("valid_nmse", "mae", "spearman"):
        found = paired_interval(named(RATING, name), before, after, alone(20), np.random.default_rng(0))
        assert np.isnan([found.low, found.high]).all()
