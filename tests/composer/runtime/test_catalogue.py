"""All prompts of a source: what is new is taken in, what was good stays, what is unknown costs nothing."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Hashable
from pathlib import Path

import pytest

from composer.runtime.catalogue import Catalogue
from composer.runtime.folder_source import FolderSource
from library.errors import Refused
from tests.composer.release.test_contradictions import sealed_again

PATIENCE = 60.0
"""Seconds that a test waits for a look which is done at once, on a machine that may be busy."""


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
    catalogue = Catalogue(FolderSource(packs), every=5, wait=PATIENCE, clock=clock)
    add(pack, packs, "another")
    assert list(catalogue.entries()) == [("small", "tiny")]
    clock.now = 5
    assert list(catalogue.entries()) == [("another", "tiny"), ("small", "tiny")]


def test_an_unknown_one_is_not_looked_for_again_and_again(packs: Path) -> None:
    source = Counted(packs)
    catalogue = Catalogue(source, every=5, wait=PATIENCE, clock=Clock())
    assert [catalogue.get("small", f"other-{number}") for number in range(100)] == [None] * 100
    assert catalogue.get("..", "..") is None
    assert source.lists == 1


def test_what_was_never_good_holds_its_problem_until_it_is(packs: Path) -> None:
    clock = Clock()
    prompt = packs / "small" / "tiny" / "prompt.txt"
    content = prompt.read_bytes()
    prompt.write_bytes(content + b" ")
    catalogue = Catalogue(FolderSource(packs), every=5, wait=PATIENCE, clock=clock)
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
    catalogue = Catalogue(FolderSource(packs), every=5, wait=PATIENCE, clock=clock)
    good = catalogue.entries()["small", "tiny"].prompt
    shutil.rmtree(packs)
    clock.now = 5
    found = catalogue.entries()["small", "tiny"]
    assert found.prompt is good is not None
    assert "there is no pack" in str(found.problem) or "can't be read" in str(found.problem)
    assert "can't be read" in str(catalogue.problem)


class Hangs(FolderSource):
    """A folder that doesn't answer once a test says so: when it is listed, or when a pack is looked at."""

    listing = looking = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.looks = 0
        self.over = threading.Event()

    def listed(self) -> tuple[tuple[str, str], ...]:
        assert not self.listing or self.over.wait(PATIENCE)
        return super().listed()

    def stamp(self, task: str, target: str) -> Hashable:
        self.looks += 1
        assert not self.looking or self.over.wait(PATIENCE)
        return super().stamp(task, target)


def test_a_source_that_hangs_when_it_is_listed_keeps_nobody_waiting(packs: Path) -> None:
    clock, source = Clock(), Hangs(packs)
    catalogue = Catalogue(source, every=5, wait=0, clock=clock)
    good = catalogue.entries()
    source.listing = True
    clock.now = 5
    assert catalogue.entries() == good
    clock.now = 30
    found = catalogue.get("small", "tiny")
    assert found is not None
    assert found.prompt is good["small", "tiny"].prompt
    assert "no answer in 10 seconds" in str(found.problem)
    assert found.since is not None
    assert "no answer" in str(catalogue.problem)
    assert source.looks == 1  # nothing is asked of it meanwhile
    source.over.set()
    catalogue.close()


def test_a_source_that_hangs_at_one_prompt_is_not_asked_for_the_next(pack: Path, packs: Path) -> None:
    for number in range(5):
        add(pack, packs, f"task-{number}")
    clock, source = Clock(), Hangs(packs)
    catalogue = Catalogue(source, every=5, wait=0.5, clock=clock)
    good = catalogue.entries()
    source.looking, before = True, source.looks
    clock.now = 5
    assert catalogue.entries() == good
    assert source.looks <= before + 1
    source.over.set()
    catalogue.close()


def test_a_source_that_cannot_be_listed_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="can't be read"):
        Catalogue(FolderSource(tmp_path / "nothing"))
