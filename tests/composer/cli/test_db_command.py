"""`composer db`: the schema brought up to date, and all of a database copied into another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from library.database import URL_VARIABLE, Database, newest_revision, open_database
from library.schema import alembic_config
from tests.postgres import Server

runner = CliRunner()


def composer(*arguments: str | Path) -> Any:
    return runner.invoke(app, list(map(str, arguments)))


def test_a_schema_is_brought_up_to_date_and_it_is_said_from_which(database: Database, home: Home) -> None:
    with database.migration_connection() as connection:
        command.downgrade(alembic_config(connection), "0009")
    done = composer("db", "upgrade", "--home", home.path)
    assert (done.exit_code, f"went from schema 0009 to {newest_revision()}" in done.stdout) == (0, True)
    done = composer("db", "upgrade", "--home", home.path)
    assert f"has the newest schema already: {newest_revision()}" in done.stdout


def test_a_home_goes_to_postgresql_and_is_the_same_there_and_back(
    submitted: Database, home: Home, postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql.url(postgresql.database())
    head = composer("audit", "head", "--home", home.path).stdout
    done = composer("db", "copy", home.path, url)
    assert (done.exit_code, "its log is whole and the rows are what it says" in done.stdout) == (0, True)
    done = composer("db", "copy", home.path, url)
    assert (done.exit_code, "not empty" in done.stderr) == (1, True)
    done = composer("db", "copy", url, tmp_path / "back")
    assert done.exit_code == 0
    assert composer("audit", "verify", "--head", head.strip(), "--home", tmp_path / "back").exit_code == 0
    monkeypatch.setenv(URL_VARIABLE, url)
    assert composer("audit", "head", "--home", tmp_path / "elsewhere").stdout == head
    assert composer("audit", "verify", "--home", tmp_path / "elsewhere").exit_code == 0
    assert "needs review" in composer("inbox", "--home", tmp_path / "elsewhere").stdout


def test_what_does_not_exist_is_neither_copied_nor_made(tmp_path: Path) -> None:
    done = composer("db", "copy", tmp_path / "nowhere", tmp_path / "new")
    assert (done.exit_code, "there is no database" in done.stderr) == (1, True)
    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "new").exists()


def test_an_empty_database_is_not_copied(database: Database, home: Home, tmp_path: Path) -> None:
    done = composer("db", "copy", home.path, tmp_path / "new")
    assert (done.exit_code, "holds nothing" in done.stderr) == (1, True)


def test_a_database_whose_log_and_rows_differ_is_not_copied(
    submitted: Database, home: Home, tmp_path: Path
) -> None:
    with submitted.migration_connection() as connection:
        connection.exec_driver_sql("update snippet_version set text = 'Say 5.' where id = 1")
    done = composer("db", "copy", home.path, tmp_path / "new")
    assert done.exit_code == 1
    assert "the log and the rows of the copy differ: snippet version 1" in done.stderr
    assert open_database(tmp_path / "new").came_with == newest_revision()
    assert composer("audit", "head", "--home", tmp_path / "new").stdout.startswith("0:")


def test_a_row_that_is_changed_on_the_server_is_found_by_the_audit(
    submitted: Database, home: Home, postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = postgresql.database()
    assert composer("db", "copy", home.path, postgresql.url(name)).exit_code == 0
    monkeypatch.setenv(URL_VARIABLE, postgresql.url(name))
    assert composer("audit", "verify", "--home", tmp_path / "elsewhere").exit_code == 0
    postgresql.execute("update snippet_version set text = 'Say 5.' where id = 1", name)
    found = composer("audit", "verify", "--home", tmp_path / "elsewhere")
    assert (found.exit_code, "snippet version 1" in found.output) == (1, True)
