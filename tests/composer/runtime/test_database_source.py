"""What is released in a database, as a source: it is read, checked, and never changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from composer import load
from composer.home.paths import Home
from composer.release.verification import PACK
from composer.runtime.database_source import DatabaseSource
from composer.runtime.sources import pack_files, source_of
from library.address import file_of_home
from library.database import Database
from library.errors import Refused


def test_its_pack_is_the_exported_one(pack: Path, home: Home) -> None:
    found = pack_files(home.path, "small", "tiny")
    assert found == {name: (pack / name).read_bytes() for name in PACK}
    assert source_of(f"sqlite:///{home.database}").listed() == (("small", "tiny"),)


def test_what_is_not_released_is_refused(released: Database, home: Home) -> None:
    with pytest.raises(Refused, match="nothing is released for small on other"):
        load("small", target="other", source=home.path)


def test_a_changed_row_is_refused(released: Database, home: Home) -> None:
    with released.session() as session:
        session.execute(text("update snippet_version set text = 'Say 5.'"))
    with pytest.raises(Refused, match="is not the one that was stored"):
        load("small", target="tiny", source=home.path)


def test_evidence_that_is_none_is_refused(released: Database, home: Home) -> None:
    with released.session() as session:
        session.execute(text("update candidate set evidence = '{}'"))
    with pytest.raises(Refused):
        load("small", target="tiny", source=home.path)


def test_it_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no such database"):
        load("small", target="tiny", source=f"sqlite:///{tmp_path}/nothing.db")
    assert list(tmp_path.iterdir()) == []


def test_an_older_schema_is_refused_and_stays(released: Database, home: Home) -> None:
    with released.session() as session:
        session.execute(text("update alembic_version set version_num = '0001'"))
    with pytest.raises(Refused, match="of another version of this program"):
        load("small", target="tiny", source=home.path)
    with released.session() as session:
        assert session.execute(text("select version_num from alembic_version")).scalars().all() == ["0001"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "composer.db").write_text("hello, this is no database at all" * 99)
    with pytest.raises(Refused, match="is not a database"):
        load("small", target="tiny", source=tmp_path)


def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "composer.db").touch()
    with pytest.raises(Refused, match="holds no prompts"):
        load("small", target="tiny", source=tmp_path)


def test_nothing_is_written_to_it(released: Database, home: Home, tmp_path: Path) -> None:
    released.close()
    shutil.copytree(home.path, tmp_path / "copy")
    before = (tmp_path / "copy" / "composer.db").read_bytes()
    load("small", target="tiny", source=tmp_path / "copy")
    assert (tmp_path / "copy" / "composer.db").read_bytes() == before
    source = DatabaseSource(file_of_home(tmp_path / "copy"))
    with pytest.raises(Refused, match="a source of prompts is only read"), source.database.session() as session:
        session.execute(text("delete from release"))


@pytest.mark.parametrize("url", ["nonsense://x", "://", "postgresql+nothing://u:secret@h/d"])
def test_what_is_no_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Refused) as refused:
        load("small", target="tiny", source=url)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_refused_without_its_password() -> None:
    with pytest.raises(Refused) as refused:
        load("small", target="tiny", source="postgresql+psycopg://u:s3cr3t@127.0.0.1:1/d")
    assert "s3cr3t" not in str(refused.value)
    assert "can't be used" in str(refused.value)
