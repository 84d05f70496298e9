from __future__ import annotations

from pathlib import Path

import pytest

from composer.home.locks import exclusive_lock, is_locked
from composer.home.paths import Home
from library.address import URL_VARIABLE
from library.claims import Taken
from library.database import Database


def test_one_worker_at_a_time_has_a_piece_of_work(database: Database, home: Home) -> None:
    with exclusive_lock(home, "run-3"):
        assert is_locked(home, "run-3")
        assert not is_locked(home, "run-4")
        with pytest.raises(Taken, match="another worker is on run 3"), exclusive_lock(home, "run-3", patience=0):
            pass
    assert not is_locked(home, "run-3")


def test_of_two_homes_on_one_database_one_has_it_and_each_has_its_own_machine(
    database: Database, home: Home, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "sqlite":
        monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{home.database}")
    other = Home(tmp_path / "other")
    with exclusive_lock(home, "run-3"), exclusive_lock(home, "adapting", here=True):
        assert is_locked(other, "run-3")
        with pytest.raises(Taken, match="another worker is on run 3"), exclusive_lock(other, "run-3", patience=0):
            pass
        assert not is_locked(other, "run-3", here=True)
        assert not is_locked(other, "adapting", here=True)
        with exclusive_lock(other, "adapting", here=True):
            pass
