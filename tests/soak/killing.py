"""Acts done in processes of their own, killed with SIGKILL at random moments, done again, and what is found then.

A moment is one of time, or the nth thing that a process does to a file or the database: before it or after it. The
processes are forked from one that has everything imported and neither threads nor a database.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from composer.home.paths import Home
from library.address import URL_VARIABLE
from library.database import Database, open_database

PATIENCE_SECONDS = 120.0
"""How long an act may take at most on a machine that is busy with others."""
_CHAIN = 3
"""How often one home is killed in at most, before its act may come to an end."""
_FILES = {"open", "write", "close", "flush", "truncate", "replace", "rename", "fsync", "unlink", "mkdir", "rmdir"}
_DATABASE = {"execute", "executemany", "commit", "backup"}
_OS = sys.modules["posix"]
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.soak.killed_acts", "tests.soak.many_people"])


@dataclass(frozen=True)
class Place:
    """Where an act is done: a home, what is written outside, what its processes note; `url` is of PostgreSQL."""

    folder: Path
    url: str = ""

    @property
    def home(self) -> Home:
        """The home."""
        return Home(self.folder / "home")

    @property
    def out(self) -> Path:
        """A folder for what is written outside the home."""
        return self.folder / "out"

    def open(self) -> Database:
        """Open the home's database, as a process does that starts."""
        return open_database(self.home.path)

    def note(self, name: str, line: str) -> None:
        """Append a line to a file of this name, where it stays whatever becomes of the process."""
        number = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(number, f"{line}\n".encode())
        os.close(number)

    def noted(self, name: str) -> list[str]:
        """Return the lines of that file."""
        file = self.folder / name
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


class Act(Protocol):
    """What is killed. All of it runs in processes of its own."""

    def look(self, place: Place, kills: int) -> None:
        """Check what is found after so many kills, and raise where something is half made."""

    def do(self, place: Place) -> None:
        """Do the act, or what is left of it."""

    def outcome(self, place: Place) -> Any:
        """Return what the act came to, which has to be the same however often it was killed."""


@dataclass
class Survived:
    """How many kills an act survived, at moments of time and at things done, and the `homes` that it took."""

    name: str
    by_time: int = 0
    by_deed: int = 0
    homes: int = 0

    @property
    def kills(self) -> int:
        """All of them."""
        return self.by_time + self.by_deed


@dataclass
class Killing:
    """Kills an act again and again, in copies of a made folder; `url` gives a database of its own for each."""

    name: str
    act: Act
    made: Path
    work: Path
    url: Callable[[], str] = str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def survive(self, kills: int, rng: random.Random) -> Survived:
        """Kill it so often, and check after each kill, and at each end that it is that of an act not disturbed."""
        place = self._place()
        seconds, deeds = self._done(place, count_deeds=True)
        expected = self._outcome(place, kills=0)
        if kills > 1:
            seconds, _ = self._done(again := self._place())
            assert self._outcome(again, kills=0) == expected, "not even undisturbed does it come to the same"
        survived = Survived(self.name)
        while survived.kills < kills:
            place, died = self._place(), 0
            for _ in range(rng.randint(1, min(_CHAIN, kills - survived.kills))):
                by_time = rng.random() < 0.5
                moment = rng.uniform(0, seconds) if by_time else rng.randint(1, deeds)
                if not self._killed(place, died, moment):
                    break
                died += 1
                survived.by_time += by_time
                survived.by_deed += not by_time
            self._done(place, kills=died)
            found = self._outcome(place, kills=died)
            assert found == expected, f"after {died} kills in {place.folder}: {found} instead of {expected}"
            survived.homes += died > 0
            shutil.rmtree(place.folder)
        return survived

    def _place(self) -> Place:
        folder = self.work / f"{self.name}-{next(self._numbers)}"
        shutil.copytree(self.made, folder)
        (folder / "out").mkdir()
        return Place(folder, self.url())

    def _killed(self, place: Place, kills: int, moment: float) -> bool:
        """Have the act begin and kill it at a moment, in seconds or, as a whole number, in deeds."""
        deed = moment if isinstance(moment, int) else 0
        process = _Process(_do, self.act, place, kills, deed)
        assert process.said() == "begun"
        if not deed:
            process.process.join(moment)
            process.kill()
        process.process.join(PATIENCE_SECONDS)
        if process.process.exitcode == -signal.SIGKILL:
            process.end()
            return True
        process.said()
        process.end()
        return False

    def _done(self, place: Place, *, kills: int = 0, count_deeds: bool = False) -> tuple[float, int]:
        """Have the act end; returns how many seconds it took, and how many deeds where those are counted."""
        process = _Process(_do, self.act, place, kills, -1 if count_deeds else 0)
        assert process.said() == "begun"
        seconds, deeds = process.said()
        process.end()
        return seconds, deeds

    def _outcome(self, place: Place, *, kills: int) -> Any:
        process = _Process(_look, self.act, place, kills)
        found = process.said()
        process.end()
        return found


class _Process:
    """A process of its own, in a group of its own, which says things to this one."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._ours, theirs = CONTEXT.Pipe(duplex=False)
        self.process = CONTEXT.Process(target=_guarded, args=(theirs, target, *arguments), daemon=True)
        self.process.start()
        theirs.close()

    def said(self) -> Any:
        """Return the next thing that it says; raises what it raised."""
        assert self._ours.poll(PATIENCE_SECONDS), "nothing was said in time"
        said = self._ours.recv()
        if isinstance(said, _Failed):
            raise AssertionError(said.how)
        return said

    def kill(self) -> None:
        """Kill it with all that it started."""
        assert self.process.pid is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it has ended

    def end(self) -> None:
        """Wait for its end."""
        self.process.join(PATIENCE_SECONDS)
        self._ours.close()


@dataclass(frozen=True)
class _Failed:
    how: str


def _guarded(say: Connection, target: Callable[..., None], act: Act, place: Place, *more: Any) -> None:
    os.setsid()
    os.environ.pop(URL_VARIABLE, None)
    os.environ |= {URL_VARIABLE: place.url} if place.url else {}
    try:
        target(say, act, place, *more)
    except BaseException:
        say.send(_Failed(traceback.format_exc()))
        raise


def _look(say: Connection, act: Act, place: Place, kills: int) -> None:
    act.look(place, kills)
    say.send(act.outcome(place))


def _do(say: Connection, act: Act, place: Place, kills: int, deed: int) -> None:
    act.look(place, kills)
    say.send("begun")
    started, deeds = time.monotonic(), count(1)
    if deed:
        _watch(deeds, deed)
    act.do(place)
    sys.setprofile(None)
    threading.setprofile(None)  # type: ignore[arg-type]
    say.send((time.monotonic() - started, next(deeds) - 1))


def _watch(deeds: Iterator[int], last: int) -> None:
    """Count what this process does to files and the database, and kill it at the last one; -1: at none."""

    def watch(frame: Any, event: str, what: Any) -> None:
        if _is_deed(frame, event, what) and next(deeds) == last:
            os.killpg(0, signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)


def _is_deed(frame: Any, event: str, what: Any) -> bool:
    """Whether a thing begins or has just ended that changes a file or the database."""
    if event in ("c_call", "c_return"):
        name, owner = what.__name__, getattr(what, "__self__", None)
        if name in _DATABASE:
            return isinstance(owner, sqlite3.Connection | sqlite3.Cursor)
        return name in _FILES and (owner in (_OS, io) or isinstance(owner, io.IOBase))
    code = frame.f_code
    return code.co_name in _DATABASE and "/psycopg/" in code.co_filename
