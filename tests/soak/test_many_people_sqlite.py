"""Twenty reviewers and five curators at once for ten minutes, on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.evaluation import intervals
from library.database import open_database
from tests.soak.conftest import Figure
from tests.soak.many_people import MINUTES, THINK_SECONDS, at_once, check, make_home, put_together


def test_twenty_reviewers_and_five_curators_at_once_lose_no_verdict_and_hide_no_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    home = make_home(tmp_path)
    told = at_once(home, "", seconds=MINUTES * 60, think=THINK_SECONDS, seed=1)
    check(open_database(home), told)
    for name, value in put_together("SQLite", told).items():
        figure(name, value)
