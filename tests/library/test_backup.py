"""Backups: whole while others write, and put back with what was there kept."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from library import log
from library.backup import back_up, restore
from library.database import Database, open_database
from library.errors import Refused
from library.people import NotAllowed, add_person
from tests.library.conftest import AT

LOCAL = "root (local)"


def write(database: Database, number: int) -> None:
    with database.session() as session:
        log.append(session, who="Ada", action="did", subject=f"thing:{number}", why="", detail={}, at=AT)


def subjects(home: Path) -> list[str]:
    with open_database(home).session() as session:
        assert log.first_broken(session) is None
        return [one.subject for one in log.entries(session)]


def test_a_backup_made_while_others_write_is_whole_and_one_file(database: Database, tmp_path: Path) -> None:
    file, stop = tmp_path / "backup.db", threading.Event()

    def go_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            write(database, number)

    write(database, 0)
    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        size = back_up(database, file)
    finally:
        stop.set()
        writer.join()
    assert size == file.stat().st_size
    assert sorted(path.name for path in tmp_path.glob("backup*")) == ["backup.db"]
    assert file.stat().st_mode & 0o077 == 0
    with sqlite3.connect(file) as copy:
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
        kept = copy.execute("select count(*) from log").fetchone()[0]
    copy.close()
    assert kept >= 1
    restore(tmp_path / "other", file, by=LOCAL, at=AT)
    assert len(subjects(tmp_path / "other")) == kept + 1


def test_a_copy_of_the_file_alone_lacks_what_a_backup_has(tmp_path: Path) -> None:
    database = open_database(tmp_path / "home")
    write(database, 1)
    back_up(database, tmp_path / "backup.db")
    (tmp_path / "copied").mkdir()
    (tmp_path / "copied" / "composer.db").write_bytes((tmp_path / "home" / "composer.db").read_bytes())
    with pytest.raises(Refused, match=r"holds nothing.*copied in use without composer\.db-wal"):
        open_database(tmp_path / "copied")
    assert restore(tmp_path / "copied", tmp_path / "backup.db", by=LOCAL, at=AT) is not None
    assert subjects(tmp_path / "copied") == ["thing:1", "home"]
    database.close()


def test_what_a_backup_replaces_is_kept_and_the_log_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    database = open_database(home)
    write(database, 1)
    back_up(database, tmp_path / "backup.db")
    write(database, 2)
    kept = restore(home, tmp_path / "backup.db", by=LOCAL, at=datetime(2026, 5, 1, 2, 3, 4, tzinfo=UTC))
    assert kept == home / "composer-before-20260501T020304.db"
    assert subjects(home) == ["thing:1", "home"]
    with database.session() as session:  # opened before, it goes on with what was put back
        entry = log.entries(session)[-1]
        assert (entry.who, entry.action, entry.detail["file"]) == (LOCAL, "restored", "backup.db")
        assert entry.detail["entries"] == 1
    write(database, 3)
    database.close()
    restore(home, kept, by=LOCAL, at=AT)
    assert subjects(home) == ["thing:1", "thing:2", "home"]


def test_files_that_can_not_be_opened_are_kept_as_they_are(tmp_path: Path) -> None:
    database = open_database(tmp_path / "home")
    write(database, 1)
    back_up(database, tmp_path / "backup.db")
    database.close()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "composer.db").write_bytes(b"no database" * 1000)
    kept = restore(broken, tmp_path / "backup.db", by=LOCAL, at=AT)
    assert kept is not None
    assert (kept / "composer.db").read_bytes() == b"no database" * 1000
    assert subjects(broken) == ["thing:1", "home"]


def test_a_file_that_is_there_is_not_written_over(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Refused, match="there is a file of this name already"):
        back_up(database, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"
    with pytest.raises(Refused, match="can't be written"):
        back_up(database, tmp_path / "nowhere" / "backup.db")


@pytest.mark.parametrize(
    ("content", "said"), [(b"no database" * 1000, "as a database"), (b"", "no backup of a home")]
)
def test_what_is_no_backup_replaces_nothing(
    database: Database, home: object, tmp_path: Path, content: bytes, said: str
) -> None:
    write(database, 1)
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Refused, match=said):
        restore(tmp_path / "home", tmp_path / "file", by=LOCAL, at=AT)
    with pytest.raises(Refused, match="no such file"):
        restore(tmp_path / "home", tmp_path / "none", by=LOCAL, at=AT)
    assert subjects(tmp_path / "home") == ["thing:1"]


def test_a_damaged_backup_or_one_of_a_newer_version_replaces_nothing(database: Database, tmp_path: Path) -> None:
    write(database, 1)
    file = tmp_path / "backup.db"
    back_up(database, file)
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + bytes(4096) + whole[12288:])
    with pytest.raises(Refused):
        restore(tmp_path / "home", file, by=LOCAL, at=AT)
    file.write_bytes(whole)
    newer = sqlite3.connect(file)
    newer.execute("update alembic_version set version_num = '9999'")
    newer.commit()
    newer.close()
    with pytest.raises(Refused, match="newer version"):
        restore(tmp_path / "home", file, by=LOCAL, at=AT)
    assert subjects(tmp_path / "home") == ["thing:1"]


def test_only_an_admin_puts_a_backup_back(database: Database, tmp_path: Path) -> None:
    with database.session() as session:
        add_person(session, "Max", "max@example.org", ("admin",), by=LOCAL, at=AT)
    back_up(database, tmp_path / "backup.db")
    with pytest.raises(NotAllowed):
        restore(tmp_path / "home", tmp_path / "backup.db", by="Eve", at=AT)
    with database.session() as session:
        assert [one.action for one in log.entries(session)] == ["person added"]
        session.execute(text("select 1"))


def test_another_kind_of_database_is_left_to_its_own_tool(tmp_path: Path) -> None:
    class Elsewhere:
        url = URL.create("postgresql")
        file = None

    with pytest.raises(Refused, match="pg_dump"):
        back_up(Elsewhere(), tmp_path / "backup.db")  # type: ignore[arg-type]
