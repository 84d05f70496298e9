"""`composer serve`: a process that answers at a port, and ends without a word when told to."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from library.database import Database

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command at a free port; gives the process and the address that it says."""
    command = [sys.executable, "-c", "from composer.cli import main; main()", "serve", "--port", "0", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/prompts", process.stdout.readline())
            if found is None:
                pytest.fail(process.communicate()[1])
            yield process, found[0]
        finally:
            if process.poll() is None:
                process.kill()


def refused(*options: str) -> str:
    result = CliRunner().invoke(app, ["serve", "--port", "0", *options])
    assert result.exit_code == 1
    return " ".join(result.stderr.split())


def test_what_is_released_in_a_home_is_served_and_ctrl_c_ends_it(released: Database, home: Home) -> None:
    with serving("--home", str(home.path)) as (process, address):
        with urllib.request.urlopen(address) as reply:
            prompts = json.load(reply)["prompts"]
        assert [(one["task"], one["target"], one["release"]) for one in prompts] == [("small", "tiny", 1)]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_prompt_that_does_not_verify_is_named_at_the_start(pack: Path, tmp_path: Path) -> None:
    shutil.copytree(pack, tmp_path / "packs" / "small" / "tiny")
    (tmp_path / "packs" / "small" / "tiny" / "prompt.txt").write_text("Say 5.")
    with serving("--source", str(tmp_path / "packs")) as (process, _):
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert "small on tiny is not served: the pack for small on tiny does not verify" in err
        assert "Traceback" not in err


def test_where_nothing_is_released_it_says_so(tmp_path: Path) -> None:
    with serving("--source", str(tmp_path)) as (process, _):
        process.send_signal(signal.SIGINT)
        assert "Nothing is released there yet" in process.communicate(timeout=60)[1]


def test_others_reach_it_only_by_a_name_that_is_given(pack: Path) -> None:
    assert "it answers only to names it knows" in refused("--source", str(pack), "--address", "0.0.0.0")


def test_a_port_that_is_taken_is_refused(pack: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["serve", "--source", str(pack), "--port", port])
    assert result.exit_code == 1
    assert "Choose another port with --port." in " ".join(result.stderr.split())


def test_a_home_without_a_database_is_refused_and_not_made(home: Home) -> None:
    assert "there is no such database" in refused("--home", str(home.path))
    assert not home.path.exists()
