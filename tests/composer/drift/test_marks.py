"""What is below a threshold: the whole interval, never the point, and the newest scoring that shows either."""

from __future__ import annotations

from typing import Any

import pytest

from composer.drift.marks import is_below, mark_of
from composer.drift.records import DriftScore, Figure, Found
from composer.registry.releases import Release
from composer.task.policy import Drift
from tests import small

RELEASE = Release(1, 1, "small", "tiny", (1,), "Grace", "Clear.", small.NOW)


def found(low: float, high: float, *, metric: str = "nmse", gap: tuple[float, float] = (0.0, 0.0)) -> Found:
    middle = (low + high) / 2
    better: Any = "lower" if metric == "nmse" else "higher"
    difference = Figure(sum(gap) / 2, *gap)
    return Found(metric, better, 40, Figure(middle, low, high), 1.0, Figure(0.0, 0.0, 0.0), 40, 1.0, difference)


def scoring(number: int, low: float, high: float, *, kind: Any = "new labels", release: int = 1) -> DriftScore:
    return DriftScore(
        number, "small", "tiny", "", release, kind, "", (), (), "finished", False, 0, 0, "", found(low, high),
        None, "Ada", small.NOW, small.NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "drift", "expected"),
    [
        (found(11, 20), Drift(worst=10), True),
        (found(9, 20), Drift(worst=10), None),
        (found(5, 10), Drift(worst=10), False),
        (found(0.5, 0.7, metric="accuracy"), Drift(worst=0.8), True),
        (found(0.5, 0.85, metric="accuracy"), Drift(worst=0.8), None),
        (found(0.8, 0.9, metric="accuracy"), Drift(worst=0.8), False),
        (found(0, 1, gap=(2.5, 4)), Drift(drop=2), True),
        (found(0, 1, gap=(1.5, 4)), Drift(drop=2), None),
        (found(0, 1, gap=(-4, -2.5)), Drift(drop=2), False),
        (found(0, 1, metric="accuracy", gap=(-0.3, -0.1)), Drift(drop=0.05), True),
        (found(0, 1, metric="accuracy", gap=(0.1, 0.3)), Drift(drop=0.05), False),
        (found(50, 60), Drift(), None),
    ],
)
def test_only_a_whole_interval_is_below_a_threshold(one: Found, drift: Drift, expected: bool | None) -> None:
    assert is_below(one, drift) is expected


def test_a_mark_stays_until_a_scoring_of_its_kind_lies_wholly_within() -> None:
    task = small.task(policy={"drift": {"worst": 10}})
    below, unclear, within = scoring(1, 11, 20), scoring(2, 5, 30), scoring(3, 1, 5)
    for scores, expected in (((below,), 1), ((unclear, below), 1), ((within, unclear, below), None)):
        mark = mark_of(task, RELEASE, scores)
        assert (mark.score_id if mark else None) == expected
    assert mark_of(task, RELEASE, (scoring(3, 1, 5, kind="anchors"), below)) is not None
    assert mark_of(task, RELEASE, (scoring(1, 11, 20, release=2),)) is None
    assert mark_of(small.task(), RELEASE, (below,)) is None
