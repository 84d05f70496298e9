"""What tests of commands share: a terminal on a home, and homes with something to review in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from composer.registry.tasks import add_task
from library.database import Database, open_database
from tests import small
from tests.composer.review import acts

Run = Callable[..., Result]


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on `home` as Grace, in a wide terminal."""
    monkeypatch.setenv("COMPOSER_PERSON", "Grace")
    # Rich measures the terminal by this; in eighty columns the text looked for here may be broken.
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--home", str(home.path)])

    return run


@pytest.fixture(scope="session")
def _worse_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("worse") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    task = small.task(policy={"every_regression": True})
    with database.session() as session:
        add_task(session, task, by="Ada", at=small.NOW)
    small.run(database, home, small.enter(database, budget=100), acts.spoilt())
    database.close()
    return home.path


@pytest.fixture
def worse(home: Home, _worse_home: Path) -> Iterator[Database]:
    """The database of `home`, in which candidate 1 has two regressions to be resolved, and nobody signs in."""
    shutil.copytree(_worse_home, home.path)
    database = open_database(home.path)
    yield database
    database.close()
