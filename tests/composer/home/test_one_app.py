"""The one app of a home on a machine: a second one is told where the first one answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.home.one_app import check_port, claim, give_back, lock_file, running_at
from composer.home.paths import Home
from library.errors import Refused

ROOT = Path(__file__).resolve().parents[3]
FIRST = """
import os, sys
from pathlib import Path
from composer.home.one_app import claim
from composer.home.paths import Home
claim(Home(Path(sys.argv[1])), "http://127.0.0.1:8511")
os.execv(sys.executable, [sys.executable, "-c", "print('up', flush=True); input()"])
"""
"""Claims a home's app and becomes another program, as `composer app` becomes its server."""


@pytest.fixture
def first(home: Home) -> Iterator[subprocess.Popen[str]]:
    """An app of the home in another process."""
    command = [sys.executable, "-c", FIRST, str(home.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process
        process.kill()


def test_a_second_app_on_the_same_home_is_told_where_the_first_one_answers(
    first: subprocess.Popen[str], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[str] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: became.extend(command))
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(app, ["app", "--port", "0", "--home", str(home.path)])
    assert (done.exit_code, became) == (1, [])
    assert "the app of this home runs already, at http://127.0.0.1:8511" in done.stderr
    assert "Open it there, or end it first" in done.stderr
    assert running_at(home) == "http://127.0.0.1:8511"


def test_no_backup_is_put_in_place_of_a_database_that_the_app_has_open(
    first: subprocess.Popen[str], home: Home, tmp_path: Path
) -> None:
    done = CliRunner().invoke(app, ["restore", str(tmp_path / "x.db"), "--home", str(home.path), "--yes"])
    assert (done.exit_code, "the app of this home runs, at http://127.0.0.1:8511" in done.stderr) == (1, True)


def test_an_app_that_was_killed_keeps_nobody_out(first: subprocess.Popen[str], home: Home) -> None:
    first.kill()
    first.wait()
    assert running_at(home) == ""
    claim(home, "http://127.0.0.1:1")
    assert lock_file(home).read_text() == "http://127.0.0.1:1"
    claim(home, "http://127.0.0.1:2")  # in the same process it is the same app
    give_back(home)
    assert running_at(home) == ""


def test_another_home_has_an_app_of_its_own(first: subprocess.Popen[str], tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    claim(other, "http://127.0.0.1:3")
    give_back(other)


def test_a_port_that_is_taken_is_said_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match=r"port \d+ is in use by another program .*--port"):
            check_port("127.0.0.1", taken.getsockname()[1])
    check_port("127.0.0.1", 0)
    check_port("::1", 0)
