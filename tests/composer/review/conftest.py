"""Homes in which candidate 1 waits for review, by the policy of its task."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from composer import registry
from composer.home import Home
from library.database import Database, open_database
from tests import small
from tests.composer.review import acts


class PutUp(Protocol):
    """Opens a home with a candidate put up by Ada; `changes` are the task's, `worse` gives it two regressions."""

    def __call__(
        self, *, people: bool = True, worse: bool = False, by: str = "Ada", **changes: Any
    ) -> Database: ...


@pytest.fixture(scope="session")
def _candidates() -> dict[str, Path]:
    return {}


@pytest.fixture
def put_up(
    home: Home, small_home: Path, _candidates: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PutUp]:
    opened: list[Database] = []

    def build(people: bool, worse: bool, by: str, changes: dict[str, Any]) -> Path:
        made = Home(tmp_path_factory.mktemp("put-up") / "home")
        shutil.copytree(small_home, made.path)
        database = open_database(made.path)
        with database.session() as session:
            registry.add_task(session, small.task(**changes), by="Ada", at=small.NOW)
        if people:
            acts.sign_in(database)
        engine = acts.spoilt() if worse else small.engine()
        summary = small.run(database, made, small.enter(database, budget=100, by=by), engine)
        assert summary["candidate_id"] == 1
        database.close()
        return made.path

    def make(*, people: bool = True, worse: bool = False, by: str = "Ada", **changes: Any) -> Database:
        key = json.dumps([people, worse, by, changes], sort_keys=True)
        if key not in _candidates:
            _candidates[key] = build(people, worse, by, changes)
        shutil.copytree(_candidates[key], home.path)
        opened.append(open_database(home.path))
        return opened[-1]

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def waiting(put_up: PutUp) -> Database:
    """A home of people in which candidate 1 waits for one approval."""
    return put_up()


@pytest.fixture
def worse(put_up: PutUp) -> Database:
    """A home of people in which candidate 1, of a task of high risk, has two regressions."""
    return put_up(worse=True, risk="high")
