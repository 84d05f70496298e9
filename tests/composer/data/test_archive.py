"""Source archives: used where they are, and never where their bytes are others."""

from __future__ import annotations

import hashlib
from pathlib import Path
from zipfile import ZipFile

import pytest

from composer.data.archive import Archive, fetched
from library.errors import Refused

CONTENT = b"an archive"
FILE = "some-data-1.0.zip"


def known(content: bytes) -> Archive:
    return Archive("some-data", "1.0", FILE, hashlib.sha256(content).hexdigest())


def test_an_archive_that_is_there_is_used_without_the_network(tmp_path: Path) -> None:
    place = tmp_path / FILE
    place.write_bytes(CONTENT)
    assert fetched(known(CONTENT), tmp_path) == place


def test_an_archive_with_other_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"something else")
    with pytest.raises(Refused, match=r"not the source archive of some-data 1\.0"):
        fetched(known(CONTENT), tmp_path)


def test_what_can_not_be_downloaded_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(Refused, match="could not download some-data"):
        fetched(known(CONTENT), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_with_other_bytes_is_refused_before_anything_of_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links, mark = tmp_path / "links", tmp_path / "was-run"
    links.mkdir()
    with ZipFile(links / FILE, "w") as archive:
        archive.writestr("some-data-1.0/setup.py", f"open({str(mark)!r}, 'w').close()")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    with pytest.raises(Refused, match="could not download some-data"):
        fetched(known(CONTENT), tmp_path / "data")
    assert not mark.exists()
