"""Commands that answer at once: none loads more than it needs, told by what is loaded when it is done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from composer.home.paths import Home
from library.database import Database

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import json, sys
from composer.cli import app
try:
    app(sys.argv[1:])
except SystemExit as ended:
    print(json.dumps([ended.code, sorted(sys.modules)]), file=sys.stderr)
"""
NEVER = ("dspy", "scipy", "numpy", "pandas", "alembic", "optuna", "streamlit", "httpx2", "rapidfuzz", "yaml")
DATABASE = ("sqlalchemy", "sqlmodel")


def ended(*arguments: str) -> tuple[int | None, set[str]]:
    """Run a command in a process of its own and return its exit status and the modules it loaded."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, cwd=ROOT)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules)


def loaded(*arguments: str) -> set[str]:
    """Run a command that succeeds in a process of its own and return the modules it loaded."""
    code, modules = ended(*arguments)
    assert code in (0, None)
    return modules


def test_help_loads_no_command() -> None:
    modules = loaded("--help")
    assert not modules & {*NEVER, *DATABASE}
    assert not [name for name in modules if name.startswith("composer.cli.") and name != "composer.cli.lazy"]


@pytest.mark.parametrize("command", [("inbox",), ("library", "list")])
def test_a_list_loads_neither_model_nor_statistics(command: tuple[str, ...], filled: Database, home: Home) -> None:
    assert not loaded(*command, "--home", str(home.path)) & set(NEVER)


@pytest.mark.parametrize("command", [("review", "1"), ("comment", "1", "--reason", "Hm."), ("approve", "--help")])
def test_a_review_loads_neither_model_nor_statistics(
    command: tuple[str, ...], submitted: Database, home: Home
) -> None:
    assert not loaded(*command, *(() if "--help" in command else ("--home", str(home.path)))) & set(NEVER)


def test_the_inbox_reads_no_evidence_and_makes_no_table_of_runs_or_answers(filled: Database, home: Home) -> None:
    modules = loaded("inbox", "--home", str(home.path))
    assert "composer.candidates.outcome" in modules
    unused = {"composer.candidates.evidence", "composer.tables.runs", "composer.tables.answers"}
    assert not modules & unused


def test_verifying_a_pack_loads_no_database(tmp_path: Path) -> None:
    for name in ("prompt.txt", "messages.json", "manifest.json"):
        (tmp_path / name).write_bytes(b"{}")
    code, modules = ended("verify", str(tmp_path))
    assert code == 1
    assert not {*NEVER, *DATABASE} & modules


def test_a_library_file_that_is_wrong_by_itself_is_refused_without_a_database(tmp_path: Path) -> None:
    path = tmp_path / "library.yaml"
    path.write_text("snippets: [{key: a, text: ''}]")
    code, modules = ended("library", "import", str(path), "--home", str(tmp_path / "home"))
    assert code == 1
    assert not {*DATABASE, "dspy", "numpy", "pandas"} & modules
    assert not (tmp_path / "home").exists()
