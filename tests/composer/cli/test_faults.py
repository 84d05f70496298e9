"""What breaks under a command: each fault is said in one line with what to do, exits with 1, and loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from composer.audit.verification import audit
from composer.home.paths import Home
from composer.models.catalogue import find_model
from library import log
from library.backup import back_up
from library.database import Database, open_database
from tests import small
from tests.composer.cli.conftest import Run
from tests.damage import damage_table, full, on_connect, read_only

ROOT = Path(__file__).resolve().parents[3]
LONG = "Because. " * 1_000


def refused(done: Result) -> str:
    """Return what a command that was refused said: one line, no trace, exit status 1."""
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert type(done.exception) is SystemExit
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    return done.stderr


def is_whole(home: Home) -> bool:
    """Whether a home's log and rows are as they were written."""
    with closing(open_database(home.path)) as database, database.session() as session:
        return not audit(session).differences


def test_a_full_disk_stores_nothing_of_an_act_and_says_to_free_space(
    submitted: Database, home: Home, run: Run
) -> None:
    submitted.close()
    with on_connect(full):
        said = refused(run("comment", "1", "--reason", LONG))
    assert f"the disk is full ({home.database}). Free some space and do it again; what was stored" in said
    assert is_whole(home)
    assert run("comment", "1", "--reason", LONG).exit_code == 0


def test_a_database_that_can_only_be_read_is_read_and_an_act_says_whose_right_is_missing(
    submitted: Database, home: Home, run: Run
) -> None:
    submitted.close()
    with on_connect(read_only):
        assert run("inbox").exit_code == 0
        said = refused(run("comment", "1", "--reason", "Hm."))
    assert (
        f"the database can't be written ({home.database}). Check who may read and write the file and its folder"
        in said
    )
    assert is_whole(home)


NO_RIGHT = """
import json, os, sys
from pathlib import Path
from typer.testing import CliRunner
from composer.cli import app
home = Path(sys.argv[1])
commands = [["comment", "1", "--reason", "Hm."], ["backup", str(home / "copy.db")], ["doctor"]]
def run(words):
    return CliRunner().invoke(app, [*words, "--home", str(home)])
assert [run(words).exit_code for words in commands] == [0, 0, 0]  # imports what nobody else may be able to
(home / "copy.db").unlink()
for path, mode in ((home / "composer.db", 0o444), (home, 0o555)):
    path.chmod(mode)
os.geteuid() or os.setuid(65534)
print(json.dumps([(done.exit_code, done.output) for done in map(run, commands)]))
"""
"""Uses a home, makes it one that can only be read, gives up being the one who may write anything, and goes on."""


def test_a_folder_that_can_only_be_read_is_said_and_looked_at_all_the_same(
    submitted: Database, tmp_path: Path
) -> None:
    submitted.close()
    folder = Path(tempfile.mkdtemp())  # pytest's own folder is closed to others
    folder.chmod(0o755)
    place = folder / "home"
    shutil.copytree(submitted.file.parent if submitted.file else tmp_path, place)
    try:
        environment = {**os.environ, "COMPOSER_MODELS": str(place / "models"), "COLUMNS": "200"}
        child = [sys.executable, "-c", NO_RIGHT, str(place)]
        done = subprocess.run(child, capture_output=True, text=True, cwd=ROOT, env=environment)
        assert done.stderr == ""
        comment, backup, doctor = json.loads(done.stdout)
    finally:
        place.chmod(0o755)
        shutil.rmtree(folder)
    for exit_code, said in (comment, backup):
        assert (exit_code, said.startswith("Error: "), said.count("\n")) == (1, True, 1)
        assert "Check who may read and write the file and its folder" in said
    assert doctor[0] == 1
    assert f"✗ home: it can't be written: {place}" in doctor[1]
    assert "✓ rows: " in doctor[1]


def test_a_database_of_a_newer_version_is_left_as_it_is(submitted: Database, home: Home, run: Run) -> None:
    with submitted.session() as session:
        session.connection().exec_driver_sql("update alembic_version set version_num = '9999'")
    submitted.close()
    before = home.database.read_bytes()
    said = refused(run("inbox"))
    assert "made by a newer version of this program" in said
    assert "Install that version, or name another home." in said
    assert home.database.read_bytes() == before


@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("candidate", ("inbox",)),
        ("run", ("approve", "1", "--reason", "So.")),
        ("snippet_version", ("library", "list")),
        ("log", ("comment", "1", "--reason", "Hm.")),
    ],
)
def test_a_damaged_page_names_the_newest_backup_and_nothing_is_overwritten(
    submitted: Database, home: Home, run: Run, tmp_path: Path, table: str, command: tuple[str, ...]
) -> None:
    back_up(submitted, tmp_path / "monday.db")
    submitted.close()
    damage_table(home.database, table)
    before = home.database.read_bytes()
    said = refused(run(*command))
    assert f"the database file is damaged ({home.database})" in said
    assert f"composer restore {tmp_path / 'monday.db'}" in said
    assert home.database.read_bytes() == before


def test_a_backup_of_a_damaged_database_is_refused_and_a_restore_keeps_the_damaged_file(
    submitted: Database, home: Home, run: Run, tmp_path: Path
) -> None:
    assert run("backup", str(tmp_path / "monday.db")).exit_code == 0
    submitted.close()
    damage_table(home.database, "verdict")
    damaged = home.database.read_bytes()
    assert f"composer restore {tmp_path / 'monday.db'}" in refused(run("backup", str(tmp_path / "bad.db")))
    assert not (tmp_path / "bad.db").exists()
    assert run("restore", str(tmp_path / "monday.db"), "--yes").exit_code == 0
    assert is_whole(home)
    (kept,) = home.path.glob("composer-before-*/composer.db")
    assert kept.read_bytes() == damaged


def test_without_a_backup_a_damaged_database_is_told_how_to_be_saved(
    submitted: Database, home: Home, run: Run
) -> None:
    submitted.close()
    damage_table(home.database, "candidate")
    said = refused(run("inbox"))
    assert "sqlite3 composer.db .recover | sqlite3 saved.db" in said


def test_a_model_file_that_was_cut_off_is_not_loaded_and_the_command_that_fetches_it_is_named(
    filled: Database, home: Home, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = find_model("qwen2.5-coder-0.5b")
    monkeypatch.setenv("COMPOSER_MODELS", str(tmp_path))
    (tmp_path / model.file).write_bytes(b"GGUF" * 100)
    done = run("compose", "small", "--target", "tiny", "--budget", "20")
    assert done.exit_code == 1
    assert "wrong content" in done.stderr
    assert "composer model pull qwen2.5-coder-0.5b" in done.stderr
    assert "Traceback" not in done.output
    assert is_whole(home)


def test_after_the_clock_was_set_back_the_log_is_whole_and_its_order_is_that_of_its_numbers(
    submitted: Database, home: Home, run: Run
) -> None:
    with submitted.session() as session:
        for at in (datetime.now(UTC), small.NOW):
            log.append(session, who="Ada", action=str(at.year), subject="x:1", why="", detail={}, at=at)
    submitted.close()
    assert run("audit", "verify").exit_code == 0
    listed = json.loads(run("audit", "list", "--json").stdout)
    assert listed[-1]["at"] < listed[-2]["at"]
    assert [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    assert "it was set back before entry" in run("doctor").stdout


LIMITED = """
import json, resource, sys
from pathlib import Path
from composer.annotation.work import _in_place
from composer.attestation.keys import new_pair
from composer.cli.common import write_file
from composer.release.pack import write_files
from library.errors import Refused
folder = Path(sys.argv[1])
(folder / "library.yaml").write_text("as it was")
def annotated():
    with _in_place(folder / "rows.csv") as part:
        part.write_text("a row")
acts = {
    "pack": lambda: write_files({"prompt.txt": b"Rate.", "manifest.json": b"{}"}, folder / "pack"),
    "keys": lambda: new_pair(folder / "keys"),
    "library": lambda: write_file(folder / "library.yaml", "new"),
    "report": lambda: write_file(folder / "report.md", "new", "the report"),
    "annotate": annotated,
}
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
said = {}
for name, act in acts.items():
    try:
        act()
        said[name] = "written"
    except Refused as refusal:
        said[name] = str(refusal)
print(json.dumps(said))
"""
"""Writes every kind of file where not a byte can be written, as on a full disk."""


def test_where_not_a_byte_can_be_written_no_file_is_left_half_made(tmp_path: Path) -> None:
    child = [sys.executable, "-c", LIMITED, str(tmp_path)]
    done = subprocess.run(child, capture_output=True, text=True, check=True, cwd=ROOT)
    for said in json.loads(done.stdout).values():
        assert "can't be written: the file may not grow any further" in said
        assert "free some space" in said
    left = {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"library.yaml": "as it was"}


def test_standard_output_that_is_full_is_said_in_a_line(home: Home, submitted: Database) -> None:
    submitted.close()
    code = "from composer.cli import main; main()"
    with Path("/dev/full").open("w") as nowhere:
        command = [sys.executable, "-c", code, "inbox", "--home", str(home.path)]
        done = subprocess.run(command, stdout=nowhere, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert done.stderr.startswith("Error: the disk is full. Free some space and do it again;")
    assert done.stderr.count("\n") == 1
    assert done.returncode == 1
