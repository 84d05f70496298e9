"""Which source a place is."""

from __future__ import annotations

from pathlib import Path

from composer.home.paths import Home
from composer.runtime.database_source import DatabaseSource
from composer.runtime.folder_source import FolderSource
from composer.runtime.sources import pack_files, source_of
from library.database import Database


def test_a_home_is_its_database_and_another_folder_holds_packs(released: Database, home: Home, pack: Path) -> None:
    assert isinstance(source_of(home.path), DatabaseSource)
    assert isinstance(source_of(f"sqlite:///{home.database}"), DatabaseSource)
    assert isinstance(source_of(pack), FolderSource)
    assert pack_files(pack, "small", "tiny") == pack_files(home.path, "small", "tiny")


def test_a_home_whose_path_has_signs_of_a_url_is_found(released: Database, home: Home, tmp_path: Path) -> None:
    released.close()
    odd = home.path.rename(tmp_path / "50%20 of? it#1")
    assert source_of(odd).listed() == (("small", "tiny"),)
