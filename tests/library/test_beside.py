"""A database file without what belongs beside it says so, and loses nothing by being opened."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from library import log
from library.database import Database, open_database
from library.errors import Refused
from tests.library.conftest import AT


def write(database: Database, number: int) -> None:
    with database.session() as session:
        log.append(session, who="Ada", action="did", subject=f"thing:{number}", why="", detail={}, at=AT)


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A copy of all files of a home in use, whose database lies in two files."""
    database = open_database(tmp_path / "used")
    write(database, 1)
    with sqlite3.connect(tmp_path / "used" / "composer.db") as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    write(database, 2)
    shutil.copytree(tmp_path / "used", tmp_path / "home")
    database.close()
    return tmp_path / "home"


def refusal(home: Path) -> str:
    with pytest.raises(Refused) as caught:
        open_database(home)
    return str(caught.value)


def test_all_files_together_are_the_home(used: Path) -> None:
    with open_database(used).session() as session:
        assert len(log.entries(session)) == 2


def test_an_entry_that_was_rolled_back_is_no_newest_one(used: Path) -> None:
    with open_database(used).session() as session:
        log.append(session, who="Ada", action="did", subject="thing:3", why="", detail={}, at=AT)
        session.rollback()
    with open_database(used).session() as session:
        assert len(log.entries(session)) == 2


def test_a_home_whose_newest_file_is_missing_is_refused(used: Path) -> None:
    (used / "composer.db-wal").unlink()
    assert "composer.db-wal is missing" in refusal(used)
    (used / "composer.db-shm").unlink()
    said = refusal(used)
    assert "the log lacks the last entry that was written" in said
    assert "composer restore" in said
    (used / "composer.db-head").unlink()  # whoever knows that nothing is missing goes on
    with open_database(used).session() as session:
        assert len(log.entries(session)) == 1


def test_a_database_that_is_gone_or_empty_beside_its_log_is_not_made_anew(used: Path) -> None:
    newest = (used / "composer.db-wal").read_bytes()
    for empty in (False, True):
        (used / "composer.db").write_bytes(b"") if empty else (used / "composer.db").unlink()
        assert f"composer.db is {'empty' if empty else 'missing'}" in refusal(used)
        assert (used / "composer.db-wal").read_bytes() == newest


@pytest.mark.parametrize("sign", ["logs/run-1.log", "packs/one", "locks/run-1.lock", "composer.db-head"])
def test_an_empty_database_where_work_was_done_is_refused(tmp_path: Path, sign: str) -> None:
    home = tmp_path / "home"
    (home / sign).parent.mkdir(parents=True)
    (home / sign).write_text("x")
    for _ in range(2):
        said = refusal(home)
        assert "composer.db holds nothing" in said
        assert f"{sign} is there" in said


def test_a_first_opening_that_was_cut_off_can_be_done_again(tmp_path: Path) -> None:
    (tmp_path / "home" / "locks").mkdir(parents=True)
    with sqlite3.connect(tmp_path / "home" / "composer.db") as connection:
        connection.execute("pragma journal_mode = wal")
    connection.close()
    open_database(tmp_path / "home").close()


def test_a_head_that_can_not_be_noted_holds_nothing_up(tmp_path: Path) -> None:
    database = open_database(tmp_path / "home")
    (tmp_path / "home" / "composer.db-head").mkdir()
    write(database, 1)
    open_database(tmp_path / "home").close()
    database.close()


def test_an_older_head_noted_by_a_slower_process_is_fine(tmp_path: Path) -> None:
    database = open_database(tmp_path / "home")
    write(database, 1)
    older = (tmp_path / "home" / "composer.db-head").read_text()
    write(database, 2)
    (tmp_path / "home" / "composer.db-head").write_text(older)
    open_database(tmp_path / "home").close()
    database.close()
