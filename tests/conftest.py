"""Fixtures that every test may use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, event

from composer.home.paths import Home
from composer.models.download import pull
from composer.registry.starter import load_starter
from composer.runs.recorded import make_example
from library import secrets
from library.database import URL_VARIABLE, Database, open_database

if TYPE_CHECKING:
    from tests.databases import Places

# Rich keeps the width it finds here when a console is made, and processes side by side are started with one.
os.environ.pop("COLUMNS", None)

pytest_plugins = ("tests.schedule", "tests.databases")
# How fast examples are drawn tells of the machine's load, not of the code.
settings.register_profile("tests", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("tests")

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@event.listens_for(Engine, "connect")
def _wait_for_no_disk(connection: Any, _record: object) -> None:
    """Write to SQLite without waiting for the disk: what a test stores need not outlive a loss of power."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF").close()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMPOSER_HOME", "COMPOSER_DATABASE_URL", "COMPOSER_PERSON"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _secrets_of_one_test() -> Iterator[None]:
    """Forget the secrets that a test named: in the next one the same letters may be any text."""
    before = dict(secrets._known)
    yield
    secrets._known.clear()
    secrets._known.update(before)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty database of the newest schema, to be copied and not touched."""
    folder = tmp_path_factory.mktemp("empty") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URL_VARIABLE, raising=False)
        open_database(folder).close()
    return folder


@pytest.fixture
def database(home: Home, empty_home: Path, places: Places) -> Database:
    """The database of `home`, which is empty."""
    return places.put(empty_home, home)


@pytest.fixture
def starter(database: Database) -> Database:
    """A database with the starter tasks, targets and libraries."""
    with database.session() as session:
        load_starter(session, by="Ada", at=NOW)
    return database


@pytest.fixture(scope="session")
def recorded_example(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that holds the recorded example and nothing else, not to be touched."""
    home = Home(tmp_path_factory.mktemp("recorded") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URL_VARIABLE, raising=False)
        make_example(home)
    return home


@pytest.fixture(scope="session")
def model_05b() -> Path:
    """The real 0.5B model's file, fetched where it is missing."""
    return pull("qwen2.5-coder-0.5b")


@pytest.fixture(scope="session")
def model_135m() -> Path:
    """The real 135M model's file, fetched where it is missing."""
    return pull("smollm2-135m")
