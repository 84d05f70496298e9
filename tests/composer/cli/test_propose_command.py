"""`composer propose`: snippets that somebody picked, measured beside the prompt in use."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from composer.models import connection
from library.database import Database
from tests import small
from tests.scripted import ScriptedEngine, connecting

Run = Callable[..., Result]
PROPOSE = ("propose", "small", "--target", "tiny", "--snippets")


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: str, model: ScriptedEngine | None = None) -> Result:
        monkeypatch.setattr(connection, "connect", connecting(model or small.engine()))
        return CliRunner().invoke(app, [*arguments, "--home", str(home.path)])

    return run


def test_it_ends_with_a_candidate_and_the_same_command_again_pays_nothing(filled: Database, run: Run) -> None:
    first = run(*PROPOSE, "topic, exact")
    assert first.exit_code == 0, first.output
    said = " ".join(first.stdout.split())
    assert "small → tiny picked by hand + topic + exact" in said
    for words in ("95% interval", "Candidate 1 waits for review", "composer review 1", "32 paid"):
        assert words in said
    assert "Up to 32 answers" in first.stderr
    again = json.loads(run(*PROPOSE, "topic,exact", "--json").stdout)
    assert (again["candidate_id"], again["strategy"], again["cells"]["paid"]) == (1, "proposed", 0)


def test_a_dry_run_shows_the_prompt_and_what_it_takes_and_starts_nothing(filled: Database, run: Run) -> None:
    silent = ScriptedEngine(lambda system, message: pytest.fail("asked"))
    shown = run(*PROPOSE, "exact", "--dry-run", model=silent)
    assert (shown.exit_code, small.TEXTS["exact"] in shown.stdout) == (0, True)
    assert "The test split is small" in shown.stderr
    assert json.loads(run(*PROPOSE, "exact", "--dry-run", "--json").stdout)["answers"] == 32
    takes = json.loads(run("compose", "small", "--target", "tiny", "--dry-run", "--json").stdout)
    assert (takes["answers"], takes["too_small"]) == (212, True)
    assert small.stored_cells(filled) == 0


def test_what_curators_rules_forbid_is_refused_before_anything_is_asked(filled: Database, run: Run) -> None:
    result = run(*PROPOSE, "harsh,mild")
    assert result.exit_code == 1
    assert "harsh and mild are both of group doubt" in result.stderr
    assert small.stored_cells(filled) == 0
