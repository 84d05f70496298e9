"""The schema of every version upgrades to the newest with data: each row is there, unchanged, and as the log says.

Every revision is tried, and every table that it has is filled from its own schema: a migration that is added
later is covered as it stands, or makes this fail.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlmodel import select

from composer.audit.comparison import logged_tables
from composer.audit.verification import audit
from composer.home.paths import Home
from library.address import URL_VARIABLE, address_of_home
from library.database import Database, newest_revision, open_database
from library.schema import alembic_config
from library.tables import Table
from tests.databases import POSTGRESQL
from tests.filled_schema import (
    CANONICAL_EVIDENCE,
    CHAIN,
    NAMES_ROWS,
    REVISIONS,
    ROWS,
    database_at,
    reflected,
    stored,
)

Rows = dict[str, list[dict[str, Any]]]
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def empty(backend: str, home: Home, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database of `home` without any schema."""
    if backend == POSTGRESQL:
        server = request.getfixturevalue("postgresql")
        monkeypatch.setenv(URL_VARIABLE, server.url(server.database()))
    home.path.mkdir(parents=True)
    home.locks.mkdir()
    return Database(address_of_home(home.path))


def unchanged(before: Rows, after: Rows, revision: str) -> None:
    """Check that all rows of before are there with the values they had; more columns and tables may be."""
    for name, rows in before.items():
        if name == "log_end":
            continue
        assert len(after[name]) == len(rows), name
        for was, now in zip(rows, after[name], strict=True):
            if name == "candidate" and revision < CANONICAL_EVIDENCE:  # the same value, as canonical text
                assert json.loads(was["evidence"]) == json.loads(now["evidence"])
                was["evidence"] = now["evidence"]
            assert {column: now.get(column, "gone") for column in was} == was, name


def read_by_models(database: Database, filled: Rows) -> None:
    """Check that every filled table is read by its model, row by row."""
    models = {str(one.__tablename__): one for one in (*logged_tables(), *Table.__subclasses__())}
    with database.session() as session:
        for name, rows in filled.items():
            if name in models:
                assert len(session.exec(select(models[name])).all()) == len(rows)
    assert set(filled) - set(models) <= set(CHAIN)


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_schema_of_every_version_upgrades_to_the_newest_with_data(
    empty: Database, home: Home, revision: str
) -> None:
    before = database_at(empty, revision)
    assert all(len(rows) >= ROWS for name, rows in before.items() if name not in CHAIN)
    assert before["log"]
    database = open_database(home.path)
    assert database.came_with == revision
    with database.migration_connection() as connection:
        after = stored(connection)
    unchanged(before, after, revision)
    read_by_models(database, before)
    with database.session() as session:
        found = audit(session)
    assert found.differences == ()
    covered = sum(len(before.get(str(one.__tablename__), ())) for one in logged_tables())
    assert (found.rows, sum(map(len, found.older.values()))) == (
        (covered, 0) if revision >= NAMES_ROWS else (0, covered)
    )
    database.close()
    empty.close()


def test_every_table_of_the_newest_schema_is_filled_and_read(empty: Database, home: Home) -> None:
    filled = database_at(empty, newest_revision())
    assert set(filled) >= {str(one.__tablename__) for one in logged_tables()}
    with empty.migration_connection() as connection:
        assert set(filled) == {one.name for one in reflected(connection)}
    empty.close()


KILLED = """
import os, signal, sys
from alembic import command
from sqlalchemy import make_url
from library.database import Database
from library.schema import alembic_config
with Database(make_url(sys.argv[1])).migration_connection() as connection:
    command.upgrade(alembic_config(connection), sys.argv[2])
    print("there", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_upgrade_that_is_killed_leaves_the_older_schema_with_all_rows_and_can_be_done_again(
    empty: Database, home: Home
) -> None:
    before = database_at(empty, "0002")
    url = empty.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", KILLED, url, "0011"], capture_output=True, text=True, cwd=ROOT)
    assert (killed.stdout, killed.returncode) == ("there\n", -signal.SIGKILL)
    assert empty.revisions() == {"0002"}
    with empty.migration_connection() as connection:
        assert stored(connection) == before
    database = open_database(home.path)
    with database.migration_connection() as connection:
        unchanged(before, stored(connection), "0002")
    assert database.metadata_differences() == []
    database.close()
    empty.close()


def test_a_schema_taken_back_keeps_the_rows_that_it_has_tables_for(empty: Database, home: Home) -> None:
    first = database_at(empty, newest_revision())
    with empty.migration_connection() as connection:
        command.downgrade(alembic_config(connection), "0001")
        left = stored(connection)
    assert set(left) == {"snippet", "snippet_version", "log"}
    unchanged(left, first, newest_revision())
    open_database(home.path).close()
    empty.close()
