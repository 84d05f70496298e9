"""A worker killed at random moments of a run: what is found then, and that the run ends at the same candidate."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from composer.evaluation import intervals
from tests.soak.conftest import Figure
from tests.soak.killed_acts import Run, make_small
from tests.soak.killing import Killing

KILLS = 40
"""Of each of two runs; the other 120 of the 200 are in test_kills_of_acts.py."""


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_run_killed_at_any_moment_ends_at_the_same_candidate_and_asks_again_only_what_was_in_flight(
    parallel: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    name = f"run with {parallel} in flight"
    make_small(made := tmp_path / "made", parallel=parallel)
    survived = Killing(name, Run(parallel), made, tmp_path).survive(KILLS, random.Random(parallel))
    assert survived.kills == KILLS
    figure(f"kills survived: {name}", survived.kills)
