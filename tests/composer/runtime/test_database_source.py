"""What is released in a database, as a source: it is read, checked, and never changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from composer import follow, load
from composer.home.paths import Home
from composer.release.publish import roll_back
from composer.release.verification import PACK
from composer.runtime.database_source import DatabaseSource
from composer.runtime.sources import pack_files, source_of
from library.address import file_of_home
from library.database import Database
from library.errors import Refused
from tests import small, twice


def url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_its_pack_is_the_exported_one(pack: Path, home: Home, released: Database) -> None:
    found = {name: (pack / name).read_bytes() for name in PACK}
    assert pack_files(home.path, "small", "tiny") == found
    assert pack_files(url(released), "small", "tiny") == found
    assert source_of(url(released)).listed() == (("small", "tiny"),)


def test_a_rollback_is_followed(renewed: Database) -> None:
    followed = follow("small", target="tiny", source=url(renewed))
    assert followed.current.release == 2
    with renewed.session() as session:
        roll_back(session, 1, reason="Harm.", by=twice.LOCAL, at=small.NOW)
    assert followed.refresh().release == 3


def test_what_is_not_released_is_refused(released: Database) -> None:
    with pytest.raises(Refused, match="nothing is released for small on other"):
        load("small", target="other", source=url(released))


def test_a_changed_row_is_refused(released: Database) -> None:
    with released.session() as session:
        session.execute(text("update snippet_version set text = 'Say 5.'"))
    with pytest.raises(Refused, match="is not the one that was stored"):
        load("small", target="tiny", source=url(released))


def test_evidence_that_is_none_is_refused(released: Database) -> None:
    with released.session() as session:
        session.execute(text("update candidate set evidence = '{}'"))
    with pytest.raises(Refused):
        load("small", target="tiny", source=url(released))


def test_an_older_schema_is_refused_and_stays(released: Database) -> None:
    with released.session() as session:
        session.execute(text("update alembic_version set version_num = '0001'"))
    with pytest.raises(Refused, match="of another version of this program"):
        load("small", target="tiny", source=url(released))
    with released.session() as session:
        assert session.execute(text("select version_num from alembic_version")).scalars().all() == ["0001"]


def test_tables_that_are_gone_are_refused_in_words(released: Database) -> None:
    with released.session() as session:
        session.execute(text("alter table release rename to other"))
    with pytest.raises(Refused, match="the database can't be read"):
        load("small", target="tiny", source=url(released))


@pytest.mark.sqlite
def test_it_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no such database"):
        load("small", target="tiny", source=f"sqlite:///{tmp_path}/nothing.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "composer.db").write_text("hello, this is no database at all" * 99)
    with pytest.raises(Refused, match="is not a database"):
        load("small", target="tiny", source=tmp_path)


@pytest.mark.sqlite
def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "composer.db").touch()
    with pytest.raises(Refused, match="holds no prompts"):
        load("small", target="tiny", source=tmp_path)


@pytest.mark.sqlite
def test_nothing_is_written_to_it(released: Database, home: Home, tmp_path: Path) -> None:
    released.close()
    shutil.copytree(home.path, tmp_path / "copy")
    before = (tmp_path / "copy" / "composer.db").read_bytes()
    load("small", target="tiny", source=tmp_path / "copy")
    assert (tmp_path / "copy" / "composer.db").read_bytes() == before
    source = DatabaseSource(file_of_home(tmp_path / "copy"))
    with pytest.raises(Refused, match="a source of prompts is only read"), source.database.session() as session:
        session.execute(text("delete from release"))


@pytest.mark.sqlite
@pytest.mark.parametrize("place", ["nonsense://x", "://", "postgresql+nothing://u:s3cr3t@h/d"])
def test_what_is_no_url_is_refused_without_repeating_it(place: str) -> None:
    with pytest.raises(Refused) as refused:
        load("small", target="tiny", source=place)
    assert "s3cr3t" not in str(refused.value)


@pytest.mark.sqlite
def test_a_server_that_is_not_there_is_refused_without_its_password() -> None:
    with pytest.raises(Refused) as refused:
        load("small", target="tiny", source="postgresql://u:s3cr3t@127.0.0.1:1/d")
    assert "s3cr3t" not in str(refused.value)
    assert "can't be used" in str(refused.value)
