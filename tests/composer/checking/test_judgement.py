"""The rule of a check: by an error and by a share, with and without a margin, and how often it errs."""

from __future__ import annotations

import numpy as np
import pytest

from composer.checking.judgement import Judged, judge
from composer.evaluation.figures import Floats
from composer.evaluation.metrics import Scored, figures
from composer.evaluation.outcomes import Difference
from composer.evaluation.paired import differences
from composer.task.task import Task
from tests import small

CHECKS = 2000


def nmse(seen: float, low: float, high: float) -> Difference:
    return Difference("nmse", "lower", 5.0, 5.0 + seen, seen, low, high)


def accuracy(seen: float, low: float, high: float) -> Difference:
    return Difference("accuracy", "higher", 0.8, 0.8 + seen, seen, low, high)


def judged(one: Difference, margin: float = 0.0) -> Judged:
    return judge(one, margin, n=30, moved=True)


@pytest.mark.parametrize(
    ("one", "margin", "state"),
    [
        (nmse(4, 1, 7), 0, "worse"),
        (nmse(4, 1, 7), 1.5, "unclear"),
        (nmse(4, 2, 7), 1.5, "worse"),
        (nmse(-4, -7, -1), 0, "better"),
        (nmse(0.2, -1, 1.4), 0, "unclear"),
        (nmse(0.2, -1, 1.4), 2, "within"),
        (nmse(0.2, 0.1, 1.4), 2, "within"),
        (accuracy(-0.2, -0.3, -0.1), 0, "worse"),
        (accuracy(-0.2, -0.3, -0.1), 0.15, "unclear"),
        (accuracy(-0.2, -0.3, -0.1), 0.05, "worse"),
        (accuracy(0.2, 0.1, 0.3), 0, "better"),
        (accuracy(0.0, -0.04, 0.04), 0, "unclear"),
        (accuracy(0.0, -0.04, 0.04), 0.05, "within"),
    ],
)
def test_it_fails_where_the_whole_interval_lies_beyond_the_margin_on_the_worse_side(
    one: Difference, margin: float, state: str
) -> None:
    found = judged(one, margin)
    assert found.state == state
    assert found.failed == (state == "worse")


def test_rows_that_are_all_as_they_were_are_as_they_were_whatever_an_interval_allows() -> None:
    assert judge(accuracy(0, -0.1, 0.1), 0, n=30, moved=False).state == "same"


def test_a_figure_without_an_interval_tells_nothing() -> None:
    found = judge(Difference("nmse", "lower", 1.0, 2.0, 1.0, None, None), 0, n=1, moved=True)
    assert (found.state, found.needed) == ("unclear", None)


def test_it_says_how_many_rows_would_tell_if_the_difference_stayed() -> None:
    # The interval is 4 wide to that side and must come to 2: four times as many rows.
    assert judged(nmse(2, -2, 6)).needed == 120
    assert judged(accuracy(-0.1, -0.2, 0.1)).needed == 120
    # Two below the margin, four to its side.
    assert judged(nmse(1, -3, 5), 3).needed == 120
    assert judged(nmse(3, 1, 5), 3).needed is None
    assert judged(nmse(4, 1, 7)).needed is None


def answered(task: Task, gold: Floats, rng: np.random.Generator, *, right: float) -> Scored:
    """Score a model that varies: so often right, else anything, and one answer in twenty malformed."""
    n = len(gold)
    low, high = task.output.scale if task.output.kind == "ordinal" else (0, 1)
    value = np.where(rng.random(n) < right, gold, rng.integers(round(low), round(high) + 1, n))
    valid = rng.random(n) > 0.05
    loss = ((value - gold) / (high - low)) ** 2
    return Scored(np.where(valid, loss, 1.0), valid, np.where(valid, value, np.nan), gold)


def fails(task: Task, n: int, rng: np.random.Generator, *, now: float) -> bool:
    """Whether a check of n rows fails, of a model that was right eight times in ten and is `now` so often."""
    gold = np.arange(n) % 5 + 1.0 if task.output.kind == "ordinal" else np.arange(n) % 2 * 1.0
    was, is_ = (answered(task, gold, rng, right=right) for right in (0.8, now))
    wanted = [one for one in figures(task) if one.name in (task.metric, "valid_rate")]
    found = differences(wanted, was, is_, [()] * n, None)
    return any(judge(one, 0.0, n=n, moved=True).failed for one in found)


TASKS = pytest.mark.parametrize("task", [small.task(), small.label_task()], ids=["error", "share"])


@TASKS
def test_where_nothing_has_changed_at_most_one_check_in_twenty_fails(task: Task) -> None:
    rng = np.random.default_rng(7)
    share = np.mean([fails(task, 30, rng, now=0.8) for _ in range(CHECKS)])
    assert 0.005 < share <= 0.05


@TASKS
def test_a_model_that_got_much_worse_hardly_ever_passes(task: Task) -> None:
    rng = np.random.default_rng(8)
    assert np.mean([fails(task, 100, rng, now=0.1) for _ in range(200)]) > 0.9
