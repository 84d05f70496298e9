"""Files and folders are written whole or not at all; tests/soak kills what writes them."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from library.atomic import in_place, write_file, write_folder
from library.errors import Refused

FILES = {"prompt.txt": b"new prompt", "manifest.json": b"new manifest"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_is_there_once_it_is_whole(tmp_path: Path) -> None:
    with in_place(tmp_path / "file") as part:
        part.write_bytes(b"half")
        assert not (tmp_path / "file").exists()
        part.write_bytes(b"whole")
    assert content(tmp_path) == {"file": b"whole"}


def test_a_block_that_raises_leaves_what_was_there(tmp_path: Path) -> None:
    write_file(tmp_path / "file", b"before")

    def fail() -> None:
        with in_place(tmp_path / "file") as part:
            part.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert content(tmp_path) == {"file": b"before"}


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".file.part").write_bytes(b"a long text of before")
    with in_place(tmp_path / "file") as part:
        assert part.read_bytes() == b""
    (tmp_path / ".folder.part").mkdir()
    (tmp_path / ".folder.part" / "stranger").write_bytes(b"of before")
    write_folder(tmp_path / "folder", FILES)
    assert names(tmp_path) == ["file", "folder"]
    assert content(tmp_path / "folder") == FILES


def test_another_process_that_writes_the_same_is_refused(tmp_path: Path) -> None:
    with in_place(tmp_path / "file"), pytest.raises(Refused, match="another process is writing this file"):
        write_file(tmp_path / "file", b"mine")
    (tmp_path / ".folder.part").mkdir()
    held = os.open(tmp_path / ".folder.part", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(Refused, match="another process is writing this folder"):
        write_folder(tmp_path / "folder", FILES)
    os.close(held)
    write_folder(tmp_path / "folder", FILES)
    assert content(tmp_path / "folder") == FILES


def test_a_file_keeps_who_may_read_it_and_a_new_one_has_the_mode_it_is_given(tmp_path: Path) -> None:
    write_file(tmp_path / "file", b"before")
    (tmp_path / "file").chmod(0o640)
    write_file(tmp_path / "file", b"after")
    with in_place(tmp_path / "secret", mode=0o600):
        pass
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_new_or_an_empty_folder_is_made_at_once(tmp_path: Path) -> None:
    write_folder(tmp_path / "deep" / "new", FILES, last="manifest.json")
    (tmp_path / "empty").mkdir(mode=0o750)
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    write_folder(tmp_path / "link", FILES)
    for name in ("deep/new", "empty", "link"):
        assert content(tmp_path / name) == FILES
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "empty").stat().st_mode & 0o777 == 0o750
    assert names(tmp_path / "deep") == ["new"]


def test_older_files_of_the_same_names_are_replaced_the_last_one_last(tmp_path: Path) -> None:
    write_folder(tmp_path / "pack", dict.fromkeys(FILES, b"old"), last="manifest.json")
    (tmp_path / "pack" / "prompt.txt").unlink()
    (tmp_path / "pack" / "prompt.txt").mkdir()  # can't be replaced by a file
    with pytest.raises(IsADirectoryError):
        write_folder(tmp_path / "pack", FILES, last="manifest.json")
    assert names(tmp_path / "pack") == ["prompt.txt"]
    (tmp_path / "pack" / "prompt.txt").rmdir()
    write_folder(tmp_path / "pack", FILES, last="manifest.json")
    assert content(tmp_path / "pack") == FILES
    assert names(tmp_path) == ["pack"]


def test_the_folder_that_somebody_is_in_stays_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    write_folder(Path(), FILES, last="manifest.json")
    assert content(tmp_path) == FILES
    assert tmp_path.stat().st_ino == before


@contextmanager
def owning_nothing() -> Iterator[Path]:
    """Give a folder in another one that can't be changed, to whoever runs this, or to somebody else for root."""
    made = Path(tempfile.mkdtemp())
    folder, root = made / "mounted", os.geteuid() == 0
    folder.mkdir()
    user = pwd.getpwnam("nobody").pw_uid if root else os.geteuid()
    os.chown(folder, user, -1)
    made.chmod(0o555)
    try:
        os.seteuid(user)
        yield folder
    finally:
        os.seteuid(0 if root else user)
        made.chmod(0o755)
        shutil.rmtree(made)


def test_where_nothing_can_be_put_beside_a_folder_its_files_are_written_inside_it() -> None:
    with owning_nothing() as folder:
        write_folder(folder, FILES, last="manifest.json")
        assert content(folder) == FILES
        with pytest.raises(PermissionError):
            write_folder(folder.with_name("other"), FILES)
