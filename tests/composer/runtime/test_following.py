"""Following a release: what is new is used once it verifies, and until then the last good prompt stays."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from composer import follow
from composer.home.paths import Home
from composer.release.publish import roll_back
from composer.release.verification import EVIDENCE
from composer.runtime.folder_source import FolderSource
from composer.runtime.following import Followed
from composer.tables import ReleaseRow
from library.database import Database
from library.errors import Refused
from library.retiring import retire
from tests import small, twice
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
    """A folder that counts how often it is looked at and read, and waits where a test wants it to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.looks = 0
        self.reads = 0
        self.let_go = threading.Event()
        self.let_go.set()
        self.reading = threading.Event()

    def stamp(self, task: str, target: str) -> Hashable:
        self.looks += 1
        return super().stamp(task, target)

    def files(self, task: str, target: str) -> Mapping[str, bytes]:
        self.reads += 1
        self.reading.set()
        assert self.let_go.wait(30)
        return super().files(task, target)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(pack: Path) -> Counted:
    return Counted(pack)


@pytest.fixture
def followed(source: Counted, clock: Clock) -> Followed:
    return Followed(source, "small", "tiny", every=60, wait=PATIENCE, clock=clock, now=lambda: at(clock.now))


@pytest.fixture
def hurried(source: Counted, clock: Clock) -> Iterator[Followed]:
    """One whose users wait for no look at all."""
    with Followed(source, "small", "tiny", every=60, wait=0, clock=clock, now=lambda: at(clock.now)) as found:
        yield found
        source.let_go.set()


def at(seconds: float) -> datetime:
    return small.NOW + timedelta(seconds=seconds)


def release(pack: Path, number: int) -> None:
    sealed_again(pack, lambda manifest: manifest["release"].update(id=number))


def test_it_is_looked_at_no_more_often_than_asked_and_read_only_when_it_changed(
    source: Counted, followed: Followed, clock: Clock
) -> None:
    first = followed.current
    assert (source.looks, source.reads) == (1, 1)
    clock.now = 59
    assert followed.current is first
    assert (source.looks, source.reads) == (1, 1)
    clock.now = 60
    assert followed.current is first
    assert (source.looks, source.reads) == (2, 1)


def test_a_new_release_is_used_once_it_is_time(pack: Path, followed: Followed, clock: Clock) -> None:
    release(pack, 2)
    assert followed.current.release == 1
    clock.now = 60
    assert followed.current.release == 2
    assert followed.problem is None


def test_refresh_looks_at_once(pack: Path, followed: Followed) -> None:
    release(pack, 2)
    assert followed.refresh().release == 2


def test_where_the_new_one_does_not_verify_the_last_good_one_stays_and_it_is_said_once(
    pack: Path, followed: Followed, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "composer.runtime")
    good = followed.current
    prompt = (pack / "prompt.txt").read_bytes()
    (pack / "prompt.txt").write_bytes(prompt + b"Say 5.\n")
    for clock.now in (60, 120, 180):
        assert followed.current is good
        assert isinstance(followed.problem, Refused)
        assert f"prompt.txt byte {len(prompt)} is off" in str(followed.problem)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "small on tiny stays at release 1: the pack for small on tiny does not verify" in caplog.text
    (pack / "prompt.txt").write_bytes(prompt)
    assert followed.problem is not None
    clock.now = 240
    assert followed.current == good
    assert followed.problem is None
    assert "small on tiny is well again" in caplog.text


def test_where_it_is_gone_or_for_something_else_the_last_good_one_stays(
    pack: Path, followed: Followed, clock: Clock
) -> None:
    good = followed.current
    sealed_again(pack, lambda manifest: manifest["task"].update(name="other"))
    clock.now = 60
    assert followed.current is good
    assert "is for other on tiny, not for small on tiny" in str(followed.problem)
    shutil.rmtree(pack)
    clock.now = 120
    assert followed.current is good
    assert "the folder can't be read" in str(followed.problem)


def test_what_comes_back_as_it_was_is_well_again(pack: Path, followed: Followed, clock: Clock) -> None:
    away = pack.rename(pack.parent / "away")
    clock.now = 60
    assert followed.current.release == 1
    assert followed.problem is not None
    away.rename(pack)
    clock.now = 120
    assert followed.current.release == 1
    assert followed.problem is None


def test_without_a_good_one_to_start_with_it_is_refused(pack: Path) -> None:
    (pack / "prompt.txt").write_text("Say 5.")
    with pytest.raises(Refused, match="does not verify"):
        follow("small", target="tiny", source=pack)


def test_a_release_in_a_database_is_followed(renewed: Database, home: Home, clock: Clock) -> None:
    followed = follow("small", target="tiny", source=home.path, every=60, wait=PATIENCE, clock=clock)
    before = followed.current
    with renewed.session() as session:
        roll_back(session, 1, reason="Harm.", by=twice.LOCAL, at=small.NOW)
    clock.now = 60
    assert (before.release, followed.current.release) == (2, 3)
    assert followed.current.prompt != before.prompt


def test_a_release_that_the_log_does_not_know_is_never_used(released: Database, home: Home, clock: Clock) -> None:
    followed = follow("small", target="tiny", source=home.path, every=60, wait=PATIENCE, clock=clock)
    with released.session() as session:
        row = session.exec(select(ReleaseRow)).one()
        session.add(ReleaseRow(**{**row.model_dump(), "id": 2, "reason": "Again."}))
    clock.now = 60
    assert followed.current.release == 1
    assert "changed behind the log" in str(followed.problem)


def test_a_snippet_that_is_retired_is_told_while_the_release_goes_on(
    released: Database, home: Home, clock: Clock
) -> None:
    followed = follow("small", target="tiny", source=home.path, every=60, wait=PATIENCE, clock=clock)
    good = followed.current
    with released.session() as session:
        retire(session, good.manifest["snippets"][0]["key"], reason="Wrong.", by="Ada", at=small.NOW)
    clock.now = 60
    assert followed.current is good
    assert "is retired, not vetted" in str(followed.problem)


def test_a_new_release_that_is_not_signed_is_not_used_where_a_key_is_given(
    signed: Path, keys: tuple[Path, Path], clock: Clock
) -> None:
    followed = follow("small", target="tiny", source=signed, key=keys[1], every=60, wait=PATIENCE, clock=clock)
    (signed / EVIDENCE).unlink()
    release(signed, 2)
    clock.now = 60
    assert followed.current.release == 1
    assert "was not signed" in str(followed.problem)


def test_threads_that_use_it_while_a_database_changes_get_whole_prompts(renewed: Database, home: Home) -> None:
    followed = follow("small", target="tiny", source=home.path, every=0)
    found: list[tuple[int, bool]] = []
    done = threading.Event()

    def use() -> None:
        while not done.is_set():
            prompt = followed.current
            found.append((prompt.release, prompt.manifest["release"]["id"] == prompt.release))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in (1, 2, 1, 2):
        with renewed.session() as session:
            roll_back(session, number, reason="Harm.", by=twice.LOCAL, at=small.NOW)
    done.set()
    for thread in threads:
        thread.join()
    assert all(whole for _, whole in found)
    assert {number for number, _ in found} <= {2, 3, 4, 5, 6}
    assert followed.refresh().release == 6
    assert followed.problem is None


def test_while_one_thread_reads_the_new_release_the_others_get_the_last_good_one(
    pack: Path, source: Counted, followed: Followed, clock: Clock
) -> None:
    good = followed.current
    release(pack, 2)
    source.let_go.clear()
    source.reading.clear()
    clock.now = 60
    first = threading.Thread(target=lambda: followed.current)
    first.start()
    assert source.reading.wait(30)
    assert [followed.current for _ in range(100)] == [good] * 100
    assert source.reads == 2
    source.let_go.set()
    first.join()
    assert followed.current.release == 2


def test_a_source_that_hangs_keeps_nobody_waiting_and_is_told(
    pack: Path, source: Counted, hurried: Followed, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    good = hurried.current
    release(pack, 2)
    source.let_go.clear()
    source.reading.clear()
    clock.now = 60
    assert hurried.current is good
    assert source.reading.wait(PATIENCE)
    clock.now = 69
    assert hurried.current is good
    assert hurried.problem is None
    clock.now = 500
    assert [hurried.current for _ in range(100)] == [good] * 100
    assert "no answer in 10 seconds" in str(hurried.problem)
    assert hurried.problem_since == at(60)
    assert caplog.text.count("small on tiny stays at release 1: there was no answer") == 1
    assert source.reads == 2
    source.let_go.set()
    assert hurried.refresh().release == 2
    assert (hurried.problem, hurried.problem_since) == (None, None)


def test_since_when_it_fails_is_the_first_of_the_looks_that_did(
    pack: Path, followed: Followed, clock: Clock
) -> None:
    content = (pack / "prompt.txt").read_bytes()
    (pack / "prompt.txt").write_bytes(b"Say 5.")
    clock.now = 60
    assert followed.current.release == 1
    (pack / "prompt.txt").unlink()
    clock.now = 120
    assert followed.current.release == 1
    assert "prompt.txt is missing" in str(followed.problem)
    assert followed.problem_since == at(60)
    (pack / "prompt.txt").write_bytes(content)
    assert followed.refresh().release == 1
    assert followed.problem_since is None


def test_what_no_source_should_raise_is_told_whole_and_the_service_goes_on(
    pack: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(FolderSource):
        def stamp(self, task: str, target: str) -> Hashable:
            if clock.now:
                raise KeyError("a mistake of ours")
            return super().stamp(task, target)

    followed = Followed(Broken(pack), "small", "tiny", every=60, wait=PATIENCE, clock=clock)
    clock.now = 60
    assert followed.current.release == 1
    assert "the look failed: KeyError" in str(followed.problem)
    assert "a mistake of ours" in caplog.text


def test_once_closed_it_looks_no_more_and_keeps_what_it_has(
    pack: Path, source: Counted, followed: Followed, clock: Clock
) -> None:
    with followed as used:
        assert used.current.release == 1
    release(pack, 2)
    clock.now = 60
    assert (followed.current.release, followed.refresh().release) == (1, 1)
    assert source.looks == 1


def test_a_process_that_forks_during_a_look_follows_in_the_child_too(pack: Path) -> None:
    code = f"""
import os, sys, threading, warnings
from pathlib import Path
from composer.runtime.folder_source import FolderSource
from composer.runtime.following import Followed

warnings.simplefilter("ignore")  # Python warns of a fork beside threads: that is what is tried
parent, go = os.getpid(), threading.Event()
class Hangs(FolderSource):
    looks = 0
    def stamp(self, task, target):
        self.looks += 1
        if self.looks > 1 and os.getpid() == parent:
            go.wait(60)
        return super().stamp(task, target)

followed = Followed(Hangs(Path({str(pack)!r})), "small", "tiny", every=0, wait=0)
followed.current
assert followed.looking
child = os.fork()
if not child:
    os._exit(0 if not followed.looking and followed.refresh().release == 1 and followed.problem is None else 1)
ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
go.set()
followed.close()
sys.exit(ended)
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


def test_threads_that_use_it_during_many_releases_get_whole_prompts(pack: Path, source: Counted) -> None:
    followed = Followed(source, "small", "tiny", every=0)
    found: list[tuple[int, bool]] = []
    done = threading.Event()

    def use() -> None:
        while not done.is_set():
            prompt = followed.current
            asked = prompt.messages(query="a", document="b")[0]["content"]
            found.append((prompt.release, asked == prompt.prompt == prompt.files["prompt.txt"].decode()))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 12):
        release(pack, number)  # one file after another, so that a reader finds halves of two releases
    done.set()
    for thread in threads:
        thread.join()
    assert all(whole for _, whole in found)
    assert {number for number, _ in found} <= set(range(1, 12))
    assert followed.refresh().release == 11
    assert followed.problem is None
