"""Which tests run on both databases, and how a test gets the database of a home that was made before.

A made home is a folder with a SQLite file. On PostgreSQL its rows are copied once into a database of this
process's server, of which each test gets a copy; what opens the home finds that through COMPOSER_DATABASE_URL.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from composer.audit.comparison import logged_tables
from composer.home.paths import Home
from library.address import URL_VARIABLE, address
from library.copying import copy_rows
from library.database import Database, open_address, open_database
from tests.postgres import Server, server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (
    *(f"tests/library/test_{name}.py" for name in ("copying", "database", "drafts", "importing", "log", "people")),
    *(f"tests/library/test_{name}.py" for name in ("rows", "snippets", "tables", "undoing", "vetting")),
    "tests/composer/answers/test_naming.py",
    "tests/composer/answers/test_store.py",
    "tests/composer/audit/",
    "tests/composer/cli/test_work_command.py",
    "tests/composer/candidates/test_records.py",
    "tests/composer/checking/test_work.py",
    "tests/composer/candidates/test_submission.py",
    "tests/composer/health/test_examination.py",
    "tests/composer/home/test_locks.py",
    "tests/composer/release/test_publish.py",
    "tests/composer/review/",
    "tests/composer/runtime/test_database_source.py",
    "tests/composer/runs/test_queue.py",
    "tests/composer/test_tampering.py",
    "tests/test_upgrades.py",
)
"""Files and folders whose tests run on both: what is stored, and what people decide on it."""


def runs_on_both(nodeid: str) -> bool:
    """Whether the tests of a file run on both databases."""
    return nodeid.startswith(BOTH)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames and runs_on_both(metafunc.definition.nodeid):
        metafunc.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, on PostgreSQL, what is about SQLite's own ways."""
    items[:] = [one for one in items if not (one.get_closest_marker(SQLITE) and _backend_of(one) == POSTGRESQL)]


def _backend_of(item: pytest.Item) -> str:
    return str(item.callspec.params.get("backend")) if hasattr(item, "callspec") else SQLITE


def refuse_rows(session: Session, table: str, why: str) -> None:
    """Have a table refuse every new row from now on, with this as the reason: a disk that is full, say."""
    if session.get_bind().dialect.name == SQLITE:
        trigger = f"create trigger full before insert on {table} begin select raise(abort, '{why}'); end"
        session.execute(text(trigger))
        return
    body = f"$$ begin raise exception '{why}'; end $$"
    session.execute(text(f"create function refuse() returns trigger language plpgsql as {body}"))
    session.execute(text(f"create trigger full_disk before insert on {table} execute function refuse()"))


@dataclass
class Templates:
    """Databases of one server that others are copied from: one that is empty, and one of each made home."""

    server: Server
    _names: dict[Path, str] = field(default_factory=dict)
    _empty: str = ""

    def empty(self) -> str:
        """Return the name of an empty one."""
        if not self._empty:
            name = self.server.database()
            open_address(address(self.server.url(name), where="the test")).close()
            self._empty = name
        return self._empty

    def of(self, made: Path) -> str:
        """Return the name of the one that has the rows of a made home."""
        if made not in self._names:
            name = self.server.database(self.empty())
            source = open_database(made, only_file=True)
            target = open_address(address(self.server.url(name), where="the test"))
            logged_tables()  # loads every table
            copy_rows(source, target, check=lambda _session: None)
            source.close()
            with target.session() as session:
                _shuffle(session)
            target.close()
            self._names[made] = name
        return self._names[made]


def _shuffle(session: Session) -> None:
    """Have rows lie in another order than that of their numbers, as they do once some have been changed."""
    for table in SQLModel.metadata.sorted_tables:
        if "id" in table.primary_key.columns:
            session.execute(table.update().where(table.c.id % 2 == 1).values(id=table.c.id))


@dataclass
class Places:
    """Puts made homes in other places, with their databases; `templates` is None for SQLite."""

    templates: Templates | None
    patch: pytest.MonkeyPatch
    _opened: list[Database] = field(default_factory=list)
    _made: list[str] = field(default_factory=list)

    def put(self, made: Path, home: Home) -> Database:
        """Make a home as a copy of a made one, and open its database."""
        if self.templates is None:
            shutil.copytree(made, home.path)
        else:
            shutil.copytree(made, home.path, ignore=shutil.ignore_patterns("composer.db*"))
            self._made.append(self.templates.server.database(self.templates.of(made)))
            self.patch.setenv(URL_VARIABLE, self.templates.server.url(self._made[-1]))
        self._opened.append(open_database(home.path))
        return self._opened[-1]

    def clear(self) -> None:
        """Close the databases, and drop those that were made on a server."""
        for one in self._opened:
            one.close()
        for name in self._made:
            assert self.templates is not None
            self.templates.server.execute(f'drop database "{name}" with (force)')


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of this process."""
    with server() as running:
        yield running


@pytest.fixture(scope="session")
def _templates(postgresql: Server) -> Templates:
    return Templates(postgresql)


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database that homes of this test have."""
    return str(getattr(request, "param", SQLITE))


@pytest.fixture
def places(
    backend: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _clean_environment: None
) -> Iterator[Places]:
    """Puts made homes in other places, with databases of this test's kind."""
    templates = request.getfixturevalue("_templates") if backend == POSTGRESQL else None
    places = Places(templates, monkeypatch)
    yield places
    places.clear()
