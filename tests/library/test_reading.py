"""A database that is only looked at: as it is, without a file being made beside it, and never written."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from library import log
from library.address import URL_VARIABLE
from library.database import Database, open_database
from library.errors import Refused
from library.reading import reading
from tests.postgres import Server

AT = datetime(2026, 3, 4, tzinfo=UTC)


def write(database: Database, action: str) -> None:
    with database.session() as session:
        log.append(session, who="Ada", action=action, subject="s", why="", detail={}, at=AT)


def actions(home: Path) -> list[str]:
    with closing(reading(home)) as database, database.session() as session:
        return [one.action for one in log.entries(session)]


def test_what_another_process_has_written_is_read_and_nothing_is_left_there(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database:
        write(database, "first")
        assert (tmp_path / "composer.db-wal").stat().st_size
        assert actions(tmp_path) == ["first"]
        write(database, "second")
        assert actions(tmp_path) == ["first", "second"]
    before = sorted(path.name for path in tmp_path.iterdir())
    assert actions(tmp_path) == ["first", "second"]
    assert (
        sorted(path.name for path in tmp_path.iterdir()) == before == ["composer.db", "composer.db-head", "locks"]
    )


@pytest.mark.parametrize("name", ["home", "home with ? and %20 and #"])
def test_nothing_can_be_written_by_it(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    open_database(home).close()
    with closing(reading(home)) as database, pytest.raises(Refused, match="can't be written"):
        write(database, "no")
    with closing(open_database(home)) as database:
        write(database, "first")
        with closing(reading(home)) as other, pytest.raises(Refused, match="can't be written"):
            write(other, "no")


def test_nothing_can_be_written_by_it_on_a_server(
    tmp_path: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, postgresql.url(postgresql.database()))
    with closing(open_database(tmp_path)) as database:
        write(database, "first")
    assert actions(tmp_path) == ["first"]
    with closing(reading(tmp_path)) as database, pytest.raises(Refused, match="the server only reads"):
        write(database, "no")


def test_an_older_schema_stays_what_it_is(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database, database.session() as session:
        session.execute(text("update alembic_version set version_num = '0001'"))
    with closing(reading(tmp_path)) as database:
        assert database.revisions() == {"0001"}
    with closing(reading(tmp_path)) as database:
        assert database.revisions() == {"0001"}


def test_where_there_is_none_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no database here"):
        reading(tmp_path)
    assert not list(tmp_path.iterdir())
