"""The interval of a difference: means by the score interval, all other figures over the same resamples."""

from __future__ import annotations

import numpy as np
import pytest

from composer.evaluation.figures import Mean
from composer.evaluation.intervals import bootstrap_interval
from composer.evaluation.metrics import Metric, Scored, figures
from composer.evaluation.paired import Change, alone_interval, difference, differences
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


def named(task: Task, name: str) -> Metric:
    return next(figure for figure in figures(task) if figure.name == name)


@pytest.mark.parametrize(("task", "figure"), FIGURES, ids=lambda one: getattr(one, "name", ""))
def test_it_holds_the_difference_seen(task: Task, figure: Metric) -> None:
    before, after = answers(task, 60, seed=1), answers(task, 60, seed=2, malformed=0.1)
    found = difference(figure, before, after, alone(60), np.random.default_rng(0))
    assert (found.name, found.better_is) == (figure.name, figure.better_is)
    assert (found.incumbent, found.candidate) == (figure.of(before), figure.of(after))
    assert found.difference == figure.of(after) - figure.of(before)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.difference < found.high


@pytest.mark.parametrize("task", [RATING, LABEL], ids=["rating", "label"])
@pytest.mark.parametrize("clusters", [alone(40), [(f"{number // 4}",) for number in range(40)]])
def test_figures_compared_together_are_as_compared_alone(task: Task, clusters: list[tuple[str, ...]]) -> None:
    before, after = answers(task, 40, seed=1), answers(task, 40, seed=2)
    together = differences(figures(task), before, after, clusters, np.random.default_rng(3))
    for figure, found in zip(figures(task), together, strict=True):
        assert found == difference(figure, before, after, clusters, np.random.default_rng(3))


@pytest.mark.parametrize(
    ("task", "composite", "valid"), [(RATING, "nmse", "valid_nmse"), (LABEL, "accuracy", "valid_accuracy")]
)
def test_where_all_is_valid_the_valid_only_figure_has_the_interval_of_the_composite(
    task: Task, composite: str, valid: str
) -> None:
    before, after = (answers(task, 40, seed=seed, malformed=0) for seed in (1, 2))
    one, other = (
        difference(named(task, name), before, after, alone(40), np.random.default_rng(0))
        for name in (composite, valid)
    )
    assert (one.low, one.high) == (other.low, other.high)


def test_an_interval_of_valid_answers_alone_is_near_that_of_the_bootstrap() -> None:
    before, after = (answers(RATING, 300, seed=seed, malformed=0.5) for seed in (1, 2))
    figure = named(RATING, "valid_nmse")
    found = difference(figure, before, after, alone(300), np.random.default_rng(0))
    drawn = bootstrap_interval(Change(figure.on(before), figure.on(after)), alone(300), np.random.default_rng(0))
    assert (found.low, found.high) == pytest.approx((drawn.low, drawn.high), abs=0.1 * (drawn.high - drawn.low))


@pytest.mark.parametrize("name", ["valid_nmse", "mae", "spearman", "spread"])
def test_without_a_valid_answer_on_a_side_there_is_none(name: str) -> None:
    before, after = answers(RATING, 20, seed=1, malformed=1), answers(RATING, 20, seed=2)
    found = difference(named(RATING, name), before, after, alone(20), np.random.default_rng(0))
    assert (found.incumbent, found.difference, found.low, found.high) == (None, None, None, None)
    assert found.candidate is not None


def test_the_composite_metric_is_a_mean_whose_spans_are_known_for_shares() -> None:
    for task, span in ((RATING, None), (LABEL, 1.0)):
        figure = figures(task)[0].on(answers(task, 5, seed=1))
        assert isinstance(figure, Mean)
        assert figure.span == span


def test_without_resampling_a_figure_has_nearly_the_same_interval() -> None:
    before, after = answers(RATING, 200, 1), answers(RATING, 200, 2)
    figure = [named(RATING, "spearman")]
    (quick,), (drawn,) = (
        differences(figure, before, after, alone(200), rng) for rng in (None, np.random.default_rng(0))
    )
    assert (quick.low, quick.high) == pytest.approx((drawn.low, drawn.high), abs=0.03)


def test_the_interval_of_a_share_alone_is_wilsons() -> None:
    share = Mean(np.array([1.0] * 7 + [0.0] * 3), np.ones(10, bool), span=1.0)
    found = alone_interval(share, alone(10))
    assert (found.low, found.high) == pytest.approx((0.39678, 0.89221), abs=1e-5)


def test_the_interval_of_a_figure_alone_stays_within_what_it_can_be() -> None:
    losses = Mean(np.array([0.0] * 30 + [0.25]), np.ones(31, bool))
    found = alone_interval(losses, alone(31))
    assert 0 < found.low < losses.whole() < found.high < 0.25
    none = Mean(np.zeros(3), np.zeros(3, bool))
    assert np.isnan(alone_interval(none, alone(3)).low)
