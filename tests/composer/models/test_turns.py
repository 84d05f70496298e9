"""Turns at the machine's cores: one process after the other, nobody twice while another waits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

import composer.models.turns as turns_module
from composer.models.turns import WAITING, Turns

OTHER = """
import sys
from pathlib import Path
from composer.models.turns import Turns
turns = Turns(Path(sys.argv[1]))
for line in sys.stdin:
    with turns.turn():
        print("computing", flush=True)
        sys.stdin.readline()
    print("done", flush=True)
"""


class Other:
    """Another process that computes when it is told to, until it is told that it is done."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def reads(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Other]:
    found = Other(tmp_path)
    yield found
    found.process.kill()
    found.process.communicate()


class Thread(threading.Thread):
    """Computes one answer of this process."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self.turns = turns
        self.computed = False
        self.start()

    def run(self) -> None:
        with self.turns.turn():
            self.computed = True


def wait_until_other_waits(turns: Turns) -> None:
    while not turns._others_wait():
        time.sleep(0.01)


def test_a_process_waits_while_another_computes_and_says_so(tmp_path: Path, other: Other) -> None:
    said: Queue[str] = Queue()
    turns = Turns(tmp_path, said.put)
    with turns.turn():
        pass
    other.ask()
    assert other.reads() == "computing"
    thread = Thread(turns)
    assert said.get() == WAITING
    assert not thread.computed
    other.ask()
    thread.join()
    with turns.turn():
        assert said.get() == ""
    assert said.empty()


def waiting(folder: Path, other: Other, said: Queue[str]) -> tuple[Turns, Thread]:
    """Have an answer wait while another process computes."""
    turns = Turns(folder, said.put)
    other.ask()
    assert other.reads() == "computing"
    return turns, Thread(turns)


def test_a_process_that_may_be_halted_is_named_to_who_waits_for_it(
    tmp_path: Path, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_module, "LONG_SECONDS", 0.1)
    said: Queue[str] = Queue()
    turns, thread = waiting(tmp_path, other, said)
    assert said.get() == WAITING
    assert f"process {other.process.pid} takes long" in said.get()
    other.ask()
    thread.join()
    assert said.get() == WAITING
    with turns.turn():
        assert said.get() == ""


def test_who_waits_while_others_take_turns_is_told_of_no_long_one(
    tmp_path: Path, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_module, "LONG_SECONDS", 1.0)
    said: Queue[str] = Queue()
    _, thread = waiting(tmp_path, other, said)
    for turn in range(13):
        time.sleep(0.1)
        os.utime(tmp_path / "holder", ns=(turn, turn))
    other.ask()
    thread.join()
    assert said.get() == WAITING
    assert said.empty()


def test_who_comes_later_does_not_make_a_turn_look_new(tmp_path: Path) -> None:
    with Turns(tmp_path).turn():
        began = (tmp_path / "holder").stat().st_mtime_ns
        Turns(tmp_path)
        assert (tmp_path / "holder").stat().st_mtime_ns == began


def test_a_turn_that_can_not_be_written_down_is_given_back(tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    (tmp_path / "holder").unlink()
    (tmp_path / "holder").mkdir()
    with pytest.raises(OSError, match="directory"), turns.turn():
        pass
    (tmp_path / "holder").rmdir()
    with Turns(tmp_path).turn():
        pass


def test_who_has_computed_comes_after_who_waits(tmp_path: Path, other: Other) -> None:
    turns = Turns(tmp_path)
    with turns.turn():
        other.ask()
        wait_until_other_waits(turns)
    thread = Thread(turns)
    assert other.reads() == "computing"
    assert not thread.computed
    other.ask()
    thread.join()
    assert thread.computed


def test_answers_are_computed_side_by_side_until_another_process_waits(tmp_path: Path, other: Other) -> None:
    turns = Turns(tmp_path)
    with turns.turn():
        beside = Thread(turns)
        beside.join()
        other.ask()
        wait_until_other_waits(turns)
        later = Thread(turns)
    assert beside.computed
    assert other.reads() == "computing"
    assert not later.computed
    other.ask()
    later.join()
    assert later.computed


def test_the_turn_of_a_process_that_ended_is_free(tmp_path: Path, other: Other) -> None:
    other.ask()
    assert other.reads() == "computing"
    other.process.kill()
    with Turns(tmp_path).turn():
        pass
