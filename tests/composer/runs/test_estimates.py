"""How far a running search is: time left, and the best gain so far."""

from __future__ import annotations

from datetime import timedelta

import pytest

from composer.answers.evaluator import Counts
from composer.runs.estimates import best_so_far, seconds_left
from composer.runs.records import RunSummary
from composer.search.problem import Step
from tests.small import NOW


def test_the_best_estimate_is_the_one_seen_on_most_examples() -> None:
    steps = [(4, 0.5, 8), (4, 0.2, 12), (16, 0.1, 40), (8, 0.9, 60)]
    trace = [Step((), gain, n, cells) for n, gain, cells in steps]
    assert best_so_far(trace) == [(8, 0.5), (12, 0.5), (40, 0.1), (60, 0.1)]


def test_time_left_is_known_after_the_first_few_paid_answers() -> None:
    def run(paid: int) -> RunSummary:
        counts = Counts(asked=paid + 5, stored=5, paid=paid)
        return RunSummary(
            1, "t", "m", "greedy", 0, 9, "running", counts, 105, "", "Ada", NOW, NOW, None, None, False, None
        )

    assert seconds_left(run(1), NOW + timedelta(seconds=40)) is None
    assert seconds_left(run(20), NOW + timedelta(seconds=40)) == pytest.approx(160)
