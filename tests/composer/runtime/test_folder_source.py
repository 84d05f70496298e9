"""Packs in a folder: found by task and target, and by nothing that leads out of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from composer import follow, load
from composer.runtime.folder_source import FolderSource
from library.errors import Refused
from tests.composer.release.test_contradictions import sealed_again


@pytest.fixture
def packs(pack: Path, tmp_path: Path) -> Path:
    shutil.copytree(pack, tmp_path / "packs" / "small" / "tiny")
    return tmp_path / "packs"


def test_packs_are_listed_by_task_and_target(packs: Path, pack: Path) -> None:
    shutil.copytree(pack, packs / "another" / "qwen2.5-coder-1.5b")
    (packs / "README.md").write_text("What lies here.")
    (packs / "small" / "empty").mkdir()
    (packs / ".git" / "objects").mkdir(parents=True)
    assert FolderSource(packs).listed() == (("another", "qwen2.5-coder-1.5b"), ("small", "tiny"))
    assert FolderSource(pack).listed() == (("small", "tiny"),)


def test_one_that_is_not_there_is_refused_with_those_that_are(packs: Path) -> None:
    with pytest.raises(Refused) as refused:
        load("small", target="other", source=packs)
    assert str(refused.value) == f"there is no pack for small on other ({packs}). There is small on tiny."


def test_in_an_empty_folder_it_says_how_to_export(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="composer export small --target tiny --out"):
        load("small", target="tiny", source=tmp_path)


@pytest.mark.parametrize(
    ("task", "target"), [("..", "tiny"), ("small", "../small/tiny"), ("", "tiny"), ("a/b", "c")]
)
def test_no_name_leads_out_of_the_folder(packs: Path, task: str, target: str) -> None:
    with pytest.raises(Refused, match="is not the name of a"):
        load(task, target=target, source=packs)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no such folder"):
        load("small", target="tiny", source=tmp_path / "nothing")


def test_a_folder_that_is_swapped_as_kubernetes_does_it_is_followed(pack: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    shutil.copytree(pack, mounted / "..2026_01_01")
    (mounted / "..data").symlink_to("..2026_01_01")
    for name in ("prompt.txt", "messages.json", "manifest.json"):
        (mounted / name).symlink_to(f"..data/{name}")
    followed = follow("small", target="tiny", source=mounted)
    assert followed.current.release == 1
    shutil.copytree(pack, mounted / "..2026_01_02")
    sealed_again(mounted / "..2026_01_02", lambda manifest: manifest["release"].update(id=2))
    (mounted / "..new").symlink_to("..2026_01_02")
    os.replace(mounted / "..new", mounted / "..data")
    assert followed.refresh().release == 2


def test_a_folder_in_place_of_a_file_is_refused(pack: Path) -> None:
    (pack / "prompt.txt").unlink()
    (pack / "prompt.txt").mkdir()
    with pytest.raises(Refused, match="can't be read"):
        load("small", target="tiny", source=pack)


def test_a_manifest_without_names_is_refused(pack: Path) -> None:
    (pack / "manifest.json").write_bytes(b"[]")
    with pytest.raises(Refused, match="names no task and target"):
        FolderSource(pack).listed()
