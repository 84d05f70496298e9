"""`composer backup` and `composer restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from composer.candidates.records import list_candidates
from composer.cli import app
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from library.database import Database, open_database

runner = CliRunner()


def composer(*arguments: str | Path) -> Any:
    return runner.invoke(app, list(map(str, arguments)))


def test_a_home_goes_into_one_file_and_back_into_an_empty_folder(submitted: Database, tmp_path: Path) -> None:
    file, home = tmp_path / "backup.db", tmp_path / "other"
    done = composer("backup", file, "--home", tmp_path / "home")
    assert (done.exit_code, f"bytes in {file}" in done.stdout) == (0, True)
    done = composer("restore", file, "--home", home)
    assert (done.exit_code, "kept" in done.stdout) == (0, False)
    assert composer("audit", "verify", "--home", home).exit_code == 0
    with open_database(home).session() as session:
        assert [one.id for one in list_candidates(session)] == [1]


def test_a_home_with_something_in_it_is_replaced_when_that_was_agreed_to(
    submitted: Database, home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "backup.db"
    composer("backup", file, "--home", home.path)
    done = composer("restore", file, "--home", home.path)
    assert (done.exit_code, "Add --yes" in done.stderr) == (1, True)
    with exclusive_lock(home, "run-1"):
        done = composer("restore", file, "--home", home.path, "--yes")
    assert (done.exit_code, "run-1 is at work in this home" in done.stderr) == (1, True)
    done = composer("restore", file, "--home", home.path, "--yes")
    assert (done.exit_code, "What was there is kept" in done.stdout) == (0, True)
    assert composer("audit", "verify", "--home", home.path).exit_code == 0


def test_a_home_copied_without_its_newest_file_says_so_to_every_command(
    submitted: Database, tmp_path: Path
) -> None:
    (tmp_path / "copied").mkdir()
    for name in ("composer.db", "composer.db-head"):
        (tmp_path / "copied" / name).write_bytes((tmp_path / "home" / name).read_bytes())
    assert composer("comment", "1", "--reason", "Hm.", "--home", tmp_path / "home").exit_code == 0
    (tmp_path / "copied" / "composer.db-head").write_text((tmp_path / "home" / "composer.db-head").read_text())
    done = composer("inbox", "--home", tmp_path / "copied")
    assert done.exit_code == 1
    assert "the log lacks the last entry that was written" in done.stderr
    assert "composer backup" in done.stderr
