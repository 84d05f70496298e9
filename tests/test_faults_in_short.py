"""A few seconds of what `make soak` does for minutes: processes that are killed, and many people at once."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest

from composer.evaluation import intervals
from library.database import open_database
from tests.soak import many_people
from tests.soak.killed_acts import (
    Backup,
    Export,
    Import,
    Release,
    Review,
    Run,
    make_released,
    make_small,
    make_worse,
)
from tests.soak.killing import Killing

ACTS = {
    "run": (Run(), make_small),
    "review": (Review(), make_worse),
    "release": (Release(), partial(make_released, both=False)),
    "import": (Import(), make_small),
    "export": (Export(), make_released),
    "backup": (Backup(), make_released),
}


@pytest.mark.parametrize("name", ACTS)
def test_killed_at_a_random_moment_an_act_leaves_nothing_half_made_and_comes_to_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    act, make = ACTS[name]
    make(made := tmp_path / "made")
    assert Killing(name, act, made, tmp_path).survive(1, random.Random(name)).kills == 1


def test_twenty_five_people_at_once_for_some_seconds_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    home = many_people.make_home(tmp_path)
    told = many_people.at_once(home, "", seconds=5, think=0.3, seed=3)
    assert sum(len(one.stored) for one in told) > 0
    many_people.check(open_database(home), told)
