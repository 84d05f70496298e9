from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from library.address import URL_VARIABLE, address, address_of_home, file_of_home
from library.database import Database
from library.errors import Refused


@pytest.mark.parametrize("driver", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_through_psycopg_whether_it_is_named_or_not(driver: str) -> None:
    found = address(f"{driver}://ada:hunter2-there@server/db?connect_timeout=3", where="here")
    assert found.drivername == "postgresql+psycopg"
    assert (found.username, found.host, found.database, dict(found.query)) == (
        *("ada", "server", "db"),
        {"connect_timeout": "3"},
    )
    assert "hunter2" not in str(found)


def test_a_home_has_its_file_unless_another_database_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert address_of_home(tmp_path) == file_of_home(tmp_path)
    monkeypatch.setenv(URL_VARIABLE, "postgresql://server/db")
    assert address_of_home(tmp_path).host == "server"


def test_without_its_driver_a_database_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    really_import = builtins.__import__

    def without_psycopg(name: str, *rest: Any) -> Any:
        if name == "psycopg":
            raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")
        return really_import(name, *rest)

    monkeypatch.setitem(vars(builtins), "__import__", without_psycopg)
    with pytest.raises(Refused, match=r"psycopg.*instruction-composer\[postgres\]"):
        Database(address("postgresql://server/db", where="here"))
