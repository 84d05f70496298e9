import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from composer.tables import *  # noqa: F403  (its models share the migrations)
from library import log
from library.canonical import text_digest
from library.database import URL_VARIABLE, Database, lock_for_writing, open_database
from library.errors import Refused
from library.schema import alembic_config
from library.snippets import vetted
from library.tables import LogRow, PersonRow, SnippetVersionRow

AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def test_migrations_and_models_agree(database: Database) -> None:
    assert database.metadata_differences() == []


def test_a_difference_between_migrations_and_models_is_found(database: Database) -> None:
    with database.session() as session:
        session.execute(text("alter table snippet add column colour varchar"))
    assert [difference[0] for difference in database.metadata_differences()] == ["remove_column"]


def test_migrations_can_be_undone_and_done_again(database: Database) -> None:
    with database.migration_connection() as connection:
        command.downgrade(alembic_config(connection), "base")
        left = inspect(connection).get_table_names()
    assert left == ["alembic_version"]
    database.migrate()
    assert database.metadata_differences() == []


def test_versions_from_before_there_were_rules_get_empty_ones(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    with database.migration_connection() as connection:
        command.downgrade(alembic_config(connection), "0002")
        connection.execute(text("insert into snippet (id, key) values (1, 'old')"))
        connection.execute(
            text(
                "insert into snippet_version values"
                " (1, 1, 1, 'Old.', :sha256, 'vetted', '[\"x\"]', null, 'so', 'Ada', '2026-01-01')"
            ),
            {"sha256": text_digest("Old.")},
        )
    database.migrate()
    with database.session() as session:
        (old,) = vetted(session, ["x"])
        assert (old.text, old.rationale, old.rules) == ("Old.", "so", ())
        session.get_one(SnippetVersionRow, 1).state = "retired"
    with database.session() as session, pytest.raises(IntegrityError, match="ck_snippet_version_state"):
        session.execute(text("update snippet_version set state = 'splendid'"))
    with database.session() as session, pytest.raises(IntegrityError):
        session.execute(
            text(
                "insert into snippet_version select 2, snippet_id, 1, text, sha256, state, tags, grp,"
                " rationale, author, created_at, requires, conflicts, pin from snippet_version"
            )
        )
    assert database.metadata_differences() == []
    database.close()


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade_and_die(config, revision):  # type: ignore[no-untyped-def]
        really_upgrade(config, revision)
        raise KeyboardInterrupt

    really_upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", upgrade_and_die)
    with pytest.raises(KeyboardInterrupt):
        open_database(tmp_path)
    monkeypatch.undo()
    open_database(tmp_path).close()


@pytest.mark.sqlite
def test_sqlite_runs_in_wal_mode_with_foreign_keys_and_patience(session: Session) -> None:
    values = [
        session.execute(text(f"pragma {name}")).scalar_one()
        for name in ("journal_mode", "foreign_keys", "busy_timeout")
    ]
    assert values == ["wal", 1, 60_000]


def test_a_home_is_made_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home with ? and %20"
    open_database(home).close()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "composer.db").is_file()


def test_opening_again_keeps_what_was_stored(tmp_path: Path) -> None:
    for count in (1, 2):
        database = open_database(tmp_path)
        with database.session() as session:
            log.append(session, who="Ada", action="a", subject="s", why="w", detail={}, at=AT)
            assert len(log.entries(session)) == count
        database.close()


def test_many_may_open_a_new_home_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as executor:
        for database in executor.map(open_database, [tmp_path] * 4):
            with database.session() as session:
                assert log.entries(session) == ()
            database.close()


def test_a_session_that_raises_stores_nothing(database: Database) -> None:
    def fail() -> None:
        with database.session() as session:
            log.append(session, who="Ada", action="a", subject="s", why="w", detail={}, at=AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.session() as session:
        assert log.entries(session) == ()


@pytest.mark.parametrize("why", ["half of a pair: \ud83d", "a byte that is no UTF-8: \udcff"])
def test_a_text_that_can_not_be_stored_is_refused_and_nothing_is(database: Database, why: str) -> None:
    def write() -> None:
        with database.session() as session:
            log.append(session, who="Ada", action="a", subject="s", why="w", detail={}, at=AT)
            log.append(session, who="Ada", action="a", subject="s", why=why, detail={}, at=AT)

    with pytest.raises(Refused, match="a character that can't be stored"):
        write()
    with pytest.raises(Refused, match="a character that can't be stored"), database.session() as session:
        session.execute(text("select :why"), {"why": why})
    with database.session() as session:
        assert log.entries(session) == ()


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    there = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    with database.session() as session:
        log.append(session, who="Ada", action="a", subject="s", why="w", detail={}, at=there)
    with database.session() as session:
        at = session.exec(select(LogRow)).one().at
    assert at == there
    assert at.tzinfo is UTC
    with database.session() as session, pytest.raises(ValueError, match="time zone"):
        log.append(session, who="A", action="a", subject="s", why="w", detail={}, at=there.replace(tzinfo=None))


@pytest.mark.sqlite
def test_a_full_disk_is_said(database: Database) -> None:
    def fill() -> None:
        with database.session() as session:
            session.execute(text("pragma max_page_count = 1"))
            detail = {"much": "x" * 100_000}
            log.append(session, who="Ada", action="a", subject="s", why="w", detail=detail, at=AT)

    with pytest.raises(Refused, match="the disk is full"):
        fill()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "composer.db").write_bytes(b"hello, this is a letter" * 100)
    with pytest.raises(Refused, match="not a database"):
        open_database(tmp_path)


def test_a_place_that_can_not_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "composer.db").mkdir()
    with pytest.raises(Refused, match="can't be opened"):
        open_database(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="can't be made"):
        open_database(tmp_path / "file" / "home")


def test_a_lock_kept_too_long_is_said(database: Database, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.session() as one, database.session() as other:
        log.append(one, who="Ada", action="a", subject="s", why="w", detail={}, at=AT)
        assert log.entries(other) == ()  # reading goes on meanwhile
    monkeypatch.setattr("library.database.PATIENCE_SECONDS", 0.01)
    impatient = Database(database.url)

    def write() -> None:
        with database.session() as one, impatient.session() as other:
            log.append(one, who="Ada", action="a", subject="s", why="w", detail={}, at=AT)
            log.append(other, who="Bob", action="a", subject="s", why="w", detail={}, at=AT)

    with pytest.raises(Refused, match="locked"):
        write()
    impatient.close()


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.session() as session:
        session.execute(text("update alembic_version set version_num = 'from the future'"))
    with pytest.raises(Refused, match="newer version"):
        database.migrate()


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "nosuch://user:hunter2-there@host/db"])
def test_a_bad_database_url_is_refused_without_repeating_it(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, url)
    with pytest.raises(Refused) as caught:
        open_database(tmp_path)
    assert "hunter2" not in str(caught.value)


def test_another_database_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path}/other.db")
    open_database(tmp_path / "home").close()
    assert (tmp_path / "other.db").is_file()
    assert not (tmp_path / "home" / "composer.db").exists()


@pytest.mark.sqlite
def test_a_database_that_is_only_read_refuses_every_change_for_its_reason(database: Database) -> None:
    with database.session() as session:
        session.add(PersonRow(name="Ada", email="ada@example.org", roles=["viewer"], added_by="Ada", added_at=AT))
    database.only_read("this is to be read only")
    with database.session() as session:
        assert [row.name for row in session.exec(select(PersonRow))] == ["Ada"]
    with pytest.raises(Refused, match=r"^this is to be read only$"), database.session() as session:
        lock_for_writing(session)
    with pytest.raises(Refused, match=r"^this is to be read only$"), database.session() as session:
        session.exec(select(PersonRow)).one().name = "Eve"


def test_what_has_to_be_the_file_of_a_home_is_no_other_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'other.db'}")
    opened = open_database(tmp_path / "home", only_file=True)
    opened.close()
    assert opened.file == tmp_path / "home" / "composer.db"
    assert not (tmp_path / "other.db").exists()
