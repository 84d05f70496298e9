"""`composer doctor`: a line for each thing looked at, what to do where it isn't fine, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from composer.home.paths import Home
from library.database import Database
from tests.composer.cli.conftest import Run


@pytest.fixture(autouse=True)
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSER_MODELS", str(tmp_path / "models"))


def test_warnings_alone_exit_with_0_and_each_says_what_to_do(submitted: Database, run: Run) -> None:
    done = run("doctor")
    assert done.exit_code == 0
    assert "✓ schema: " in done.stdout
    assert "! models: qwen2.5-coder-0.5b is not on this machine → `composer model pull" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("! 1 warning in ")


def test_a_fault_exits_with_1(submitted: Database, run: Run) -> None:
    with submitted.session() as session:
        session.execute(text("update log set why = 'So.' where id = 2"))
    done = run("doctor")
    assert (done.exit_code, "✗ log: " in done.stdout) == (1, True)
    assert "entry 2 of the log is not what was written" in done.stdout


def test_a_script_reads_it_as_json(submitted: Database, run: Run, home: Home) -> None:
    done = run("doctor", "--json")
    content = json.loads(done.stdout)
    assert (done.exit_code, content["faults"], content["warnings"]) == (0, 0, 1)
    assert {"about": "home", "level": "fine", "said": f"{home.path} can be written", "fix": ""} in content[
        "findings"
    ]
