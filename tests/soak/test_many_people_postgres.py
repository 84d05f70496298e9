"""Twenty reviewers and five curators at once for ten minutes, on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.evaluation import intervals
from library.address import address
from library.database import open_address
from tests.databases import Templates
from tests.postgres import Server
from tests.soak.conftest import Figure
from tests.soak.many_people import MINUTES, THINK_SECONDS, at_once, check, make_home, put_together


def test_twenty_reviewers_and_five_curators_at_once_lose_no_verdict_and_hide_no_edit_on_postgresql(
    tmp_path: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 100)
    home = make_home(tmp_path)
    url = postgresql.url(Templates(postgresql).of(home))
    told = at_once(home, url, seconds=MINUTES * 60, think=THINK_SECONDS, seed=2)
    check(open_address(address(url, where="the test")), told)
    for name, value in put_together("PostgreSQL", told).items():
        figure(name, value)
