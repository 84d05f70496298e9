"""A command or the app killed at random moments of all else that changes something: nothing is half made."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from composer.evaluation import intervals
from tests.soak.conftest import Figure
from tests.soak.killed_acts import Backup, Export, Import, Release, Review, make_released, make_small, make_worse
from tests.soak.killing import Act, Killing

ACTS: dict[str, tuple[Act, Callable[[Path], None], int]] = {
    "review": (Review(), make_worse, 24),
    "release": (Release(), partial(make_released, both=False), 24),
    "import": (Import(), make_small, 24),
    "export": (Export(), make_released, 24),
    "backup": (Backup(), make_released, 24),
}
"""What is done, in which home, and how often it is killed."""


@pytest.mark.parametrize("name", ACTS)
def test_an_act_killed_at_any_moment_leaves_nothing_half_made_and_comes_to_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    act, make, kills = ACTS[name]
    make(made := tmp_path / "made")
    survived = Killing(name, act, made, tmp_path).survive(kills, random.Random(name))
    assert survived.kills == kills
    figure(f"kills survived: {name}", survived.kills)
