"""A home with the small task in it, and the vocabulary of that task."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.evaluation import intervals
from composer.home.paths import Home
from composer.prompts.vocabulary import Vocabulary
from composer.registry.tasks import add_task
from composer.release.pack import export_release
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from library.database import Database, open_database
from tests import small, twice
from tests.composer.matrix import several as several_targets
from tests.composer.review import acts
from tests.databases import Places


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the small task, to be copied and not touched."""
    folder = tmp_path_factory.mktemp("small")
    database = open_database(folder / "home")
    small.fill(database, folder)
    database.close()
    return folder / "home"


@pytest.fixture
def filled(home: Home, small_home: Path, places: Places) -> Database:
    """The database of `home`, with the small task in it."""
    return places.put(small_home, home)


@pytest.fixture(scope="session")
def reviewed_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a run has ended with candidate 1, to be copied and not touched."""
    home = Home(tmp_path_factory.mktemp("reviewed") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    small.run(database, home, small.enter(database, budget=100), small.engine())
    database.close()
    return home.path


@pytest.fixture
def submitted(home: Home, reviewed_home: Path, places: Places) -> Database:
    """The database of `home`, in which candidate 1 waits for review."""
    return places.put(reviewed_home, home)


@pytest.fixture(autouse=True, scope="module")
def _quick_intervals() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 100)
        yield


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(small.task(), small.snippets())


@pytest.fixture(scope="session")
def _released_home(reviewed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("released") / "home")
    shutil.copytree(reviewed_home, home.path)
    database = open_database(home.path)
    with database.session() as session:
        give_verdict(session, 1, "approve", reason="Clear gain.", by="Grace", at=small.NOW)
        release_candidate(session, 1, reason="Clear gain.", by="Grace", at=small.NOW)
    database.close()
    return home.path


@pytest.fixture
def released(home: Home, _released_home: Path, places: Places) -> Database:
    """The database of `home`, in which candidate 1 is released."""
    return places.put(_released_home, home)


@pytest.fixture
def pack(released: Database, tmp_path: Path) -> Path:
    """The folder of the released prompt's pack."""
    with released.session() as session:
        export_release(session, "small", "tiny", tmp_path / "pack", by="Ada", at=small.NOW)
    return tmp_path / "pack"


@pytest.fixture(scope="session")
def _candidates() -> dict[str, Path]:
    return {}


@pytest.fixture
def put_up(
    home: Home,
    small_home: Path,
    places: Places,
    _candidates: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> acts.PutUp:

    def build(people: bool, worse: bool, by: str, changes: dict[str, Any]) -> Path:
        made = Home(tmp_path_factory.mktemp("put-up") / "home")
        shutil.copytree(small_home, made.path)
        database = open_database(made.path, only_file=True)
        with database.session() as session:
            add_task(session, small.task(**changes), by="Ada", at=small.NOW)
        if people:
            acts.sign_in(database)
        engine = acts.spoilt() if worse else small.engine()
        summary = small.run(database, made, small.enter(database, budget=100, by=by), engine)
        assert summary.candidate_id == 1
        database.close()
        return made.path

    def make(*, people: bool = True, worse: bool = False, by: str = "Ada", **changes: Any) -> Database:
        key = json.dumps([people, worse, by, changes], sort_keys=True)
        if key not in _candidates:
            _candidates[key] = build(people, worse, by, changes)
        return places.put(_candidates[key], home)

    return make


@pytest.fixture
def waiting(put_up: acts.PutUp) -> Database:
    """A home of people in which candidate 1 waits for one approval."""
    return put_up()


@pytest.fixture
def worse(put_up: acts.PutUp) -> Database:
    """A home of people in which candidate 1, of a task of high risk, has two regressions."""
    return put_up(worse=True, risk="high")


@pytest.fixture(scope="session")
def _twice_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("twice") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    twice.release_twice(database, home)
    database.close()
    return home.path


@pytest.fixture
def renewed(home: Home, _twice_home: Path, places: Places) -> Database:
    """The database of `home`, in which release 2 replaced release 1."""
    return places.put(_twice_home, home)


@pytest.fixture(scope="session")
def _several_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("several") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    several_targets.fill(database, home)
    database.close()
    return home.path


@pytest.fixture
def several(home: Home, _several_home: Path, places: Places) -> Database:
    """The database of `home`, with the small task on three targets."""
    return places.put(_several_home, home)
