"""All prompts of a source: what is new is taken in, what was good stays, what is unknown costs nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from composer.runtime.catalogue import Catalogue
from composer.runtime.folder_source import FolderSource
from library.errors import Refused
from tests.composer.release.test_contradictions import sealed_again


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Counted(FolderSource):
    """A folder that counts how often it is listed."""

    lists = 0

    def listed(self) -> tuple[tuple[str, str], ...]:
        self.lists += 1
        return super().listed()


@pytest.fixture
def packs(pack: Path, tmp_path: Path) -> Path:
    shutil.copytree(pack, tmp_path / "packs" / "small" / "tiny")
    return tmp_path / "packs"


def add(pack: Path, packs: Path, task: str) -> Path:
    shutil.copytree(pack, packs / task / "tiny")
    assert sealed_again(packs / task / "tiny", lambda manifest: manifest["task"].update(name=task)) == ()
    return packs / task / "tiny"


def test_what_is_new_is_taken_in_once_it_is_time(pack: Path, packs: Path) -> None:
    clock = Clock()
    catalogue = Catalogue(FolderSource(packs), every=5, clock=clock)
    add(pack, packs, "another")
    assert list(catalogue.entries()) == [("small", "tiny")]
    clock.now = 5
    assert list(catalogue.entries()) == [("another", "tiny"), ("small", "tiny")]


def test_an_unknown_one_is_not_looked_for_again_and_again(packs: Path) -> None:
    source = Counted(packs)
    catalogue = Catalogue(source, every=5, clock=Clock())
    assert [catalogue.get("small", f"other-{number}") for number in range(100)] == [None] * 100
    assert catalogue.get("..", "..") is None
    assert source.lists == 1


def test_what_was_never_good_holds_its_problem_until_it_is(packs: Path) -> None:
    clock = Clock()
    prompt = packs / "small" / "tiny" / "prompt.txt"
    content = prompt.read_bytes()
    prompt.write_bytes(content + b" ")
    catalogue = Catalogue(FolderSource(packs), every=5, clock=clock)
    entry = catalogue.get("small", "tiny")
    assert entry is not None
    assert entry.prompt is None
    assert "does not verify" in str(entry.problem)
    prompt.write_bytes(content)
    clock.now = 5
    found = catalogue.entries()["small", "tiny"]
    assert found.prompt is not None
    assert found.problem is None


def test_what_was_good_stays_whatever_becomes_of_the_source(packs: Path) -> None:
    clock = Clock()
    catalogue = Catalogue(FolderSource(packs), every=5, clock=clock)
    good = catalogue.entries()["small", "tiny"].prompt
    shutil.rmtree(packs)
    clock.now = 5
    found = catalogue.entries()["small", "tiny"]
    assert found.prompt is good is not None
    assert "there is no pack" in str(found.problem) or "can't be read" in str(found.problem)
    assert "can't be read" in str(catalogue.problem)


def test_a_source_that_cannot_be_listed_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="can't be read"):
        Catalogue(FolderSource(tmp_path / "nothing"))
