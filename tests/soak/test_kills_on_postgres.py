"""The same as in the other files of kills, on PostgreSQL: a worker or the app is killed, the server goes on."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from composer.evaluation import intervals
from tests.databases import Templates
from tests.postgres import Server
from tests.soak.conftest import Figure
from tests.soak.killed_acts import Import, Release, Review, Run, make_released, make_small, make_worse
from tests.soak.killing import Act, Killing

ACTS: dict[str, tuple[Act, Callable[[Path], None]]] = {
    "run": (Run(), make_small),
    "review": (Review(), make_worse),
    "release": (Release(), partial(make_released, both=False)),
    "import": (Import(), make_small),
}
KILLS = 8
"""Of each, beside the 200 on SQLite."""


@pytest.mark.parametrize("name", ACTS)
def test_an_act_killed_at_any_moment_comes_to_the_same_on_postgresql(
    name: str, tmp_path: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    act, make = ACTS[name]
    make(made := tmp_path / "made")
    template = Templates(postgresql).of(made / "home")
    killing = Killing(name, act, made, tmp_path, lambda: postgresql.url(postgresql.database(template)))
    assert killing.survive(KILLS, random.Random(name)).kills == KILLS
    figure(f"kills survived on PostgreSQL: {name}", KILLS)
