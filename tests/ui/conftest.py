"""The app on a home of its own: furnished (one candidate under review, one released), or empty."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from composer.evaluation import intervals
from composer.home.paths import Home
from library.database import Database, open_database
from tests import small, twice
from tests.ui.homes import furnish
from tests.ui.pages import Open

APP = Path(__file__).resolve().parents[2] / "ui" / "app.py"
# Machines that run tests may be busy with other things.
TIMEOUT_SECONDS = 90


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """Give the process its main module back: Streamlit puts a page in its place, and new processes run that."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("furnished") / "home")
    furnish(home)
    return home.path


@pytest.fixture
def furnished(_template: Path, tmp_path: Path) -> Home:
    shutil.copytree(_template, tmp_path / "furnished")
    return Home(tmp_path / "furnished")


@pytest.fixture
def rows(furnished: Home) -> Iterator[Database]:
    """The furnished home's database, to change or check behind the pages' back."""
    database = open_database(furnished.path)
    yield database
    database.close()


@pytest.fixture(scope="session")
def _twice_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twice")
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 100)
        twice.release_twice(database, home)
    database.close()
    return home.path


@pytest.fixture
def renewed(home: Home, _twice_home: Path) -> Home:
    """A home in which release 2 replaced release 1."""
    shutil.copytree(_twice_home, home.path)
    return home


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of a home: `visit(home, "inbox", state="all")`; fails where the page raised anything."""

    def opened(home: Home, page: str, **link: str) -> AppTest:
        monkeypatch.setenv("COMPOSER_HOME", str(home.path))
        monkeypatch.setenv("COMPOSER_PERSON", "Ada")
        app = AppTest.from_file(str(APP), default_timeout=TIMEOUT_SECONDS)
        if page != "inbox":  # the app leads there by itself, and a first look would set its widgets
            app.run()
        app.switch_page(f"views/{page}.py")
        app.query_params.update(link)
        app.run()
        assert not app.exception, app.exception
        return app

    return opened
