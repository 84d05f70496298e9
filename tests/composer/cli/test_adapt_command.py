"""`composer adapt`: several targets in one command, each with what it came to."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from composer.adaptation import list_adaptations
from composer.answers.evaluator import Stopped
from composer.cli import app
from composer.cli.adapt_report import listing
from composer.home.paths import Home
from composer.models import connection
from composer.models.target import Target
from composer.registry.targets import add_target
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.adaptation import carrying
from tests.scripted import ScriptedEngine, scripted_lm

Run = Callable[..., Result]
ADAPT = ("adapt", "small", "--from", carrying.OLD, "--to", carrying.NEW)


@pytest.fixture
def run(database: Database, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command where one model answers well and the other never in the format."""
    carrying.furnished(database, tmp_path, home)
    with database.session() as session:
        third = Target(name="third", kind="embedded", model="qwen2.5-coder-1.5b")
        add_target(session, third, by="Ada", at=small.NOW)
    monkeypatch.setenv("COLUMNS", "200")
    models = {carrying.NEW: carrying.speechless(), "third": carrying.model()}
    monkeypatch.setattr(connection, "connect", lambda target, _say: scripted_lm(models[target.name]))
    return lambda *arguments: CliRunner().invoke(app, [*arguments, "--home", str(home.path)])


def test_each_target_ends_in_a_candidate_or_a_no_go_and_the_list_shows_both(run: Run) -> None:
    done = run(*ADAPT, "--to", "third")
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    for words in (
        "small: tiny → other",
        "No-go",
        "no composition does better than always answering",
        "small: tiny → third",
        "Candidate 2 for this target: composer review 2",
        "plain transfer",
        "of a full run",
    ):
        assert words in said
    both = json.loads(run("adapt", "--list", "--json").stdout)
    assert [(one["target"], one["outcome"]["kind"]) for one in both] == [
        ("third", "candidate"),
        ("other", "no-go"),
    ]
    listed = " ".join(run("adapt", "--list").stdout.split())
    assert "candidate 2" in listed
    assert "no-go" in listed


def test_a_target_that_fails_keeps_none_from_its_turn(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(target: Target, _say: object) -> object:
        if target.name == carrying.NEW:
            raise Refused("the model's file is gone")
        return scripted_lm(carrying.model())

    monkeypatch.setattr(connection, "connect", connect)
    done = run(*ADAPT, "--to", "third")
    assert done.exit_code == 1
    assert "Error: the model's file is gone" in done.stderr
    said = " ".join(done.stdout.split())
    assert "One target after the other, in this order:" in said
    assert "Candidate 2 for this target" in said
    assert "the model's file is gone" in " ".join(run("adapt", "--list").stdout.split())
    failed, ended = json.loads(run(*ADAPT, "--to", "third", "--json").stdout)
    assert (failed["run_state"], failed["outcome"], ended["outcome"]["kind"]) == ("failed", None, "candidate")


def test_what_somebody_stops_keeps_none_from_its_turn_and_an_interrupt_ends_all(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(target: Target, _say: object) -> object:
        if target.name == carrying.NEW:
            raise Stopped
        return scripted_lm(carrying.model())

    def interrupted(_target: Target, _say: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(connection, "connect", interrupted)
    assert run(*ADAPT, "--to", "third").exit_code == 130
    with database.session() as session:
        assert [one.target for one in list_adaptations(session)] == [carrying.NEW]
    monkeypatch.setattr(connection, "connect", stopped)
    done = run(*ADAPT, "--to", "third")
    assert done.exit_code == 130
    assert "other: Stopped. The answers so far are kept" in " ".join(done.stderr.split())
    assert "Candidate 2 for this target" in " ".join(done.stdout.split())


def test_a_narrow_terminal_cuts_no_name_of_a_target(run: Run, database: Database) -> None:
    run(*ADAPT, "--to", "third")
    narrow = Console(width=60, file=io.StringIO())
    with database.session() as session:
        narrow.print(listing(list_adaptations(session)))
    assert "│ tiny      │" in narrow.file.getvalue()
    assert "│ → third   │" in narrow.file.getvalue()


def test_without_a_price_it_is_told_how_to_give_one(run: Run) -> None:
    said = " ".join(run(*ADAPT).stdout.split())
    assert "Price: the model runs on this machine, and the target states none." in said
    assert "add it again (composer target add FILE)" in said


def test_a_dry_run_shows_what_is_frozen_and_what_it_takes_and_enters_nothing(run: Run) -> None:
    shown = run(*ADAPT, "--dry-run")
    assert shown.exit_code == 0, shown.output
    said = " ".join(shown.stdout.split())
    for words in (
        "Frozen: task",
        "the prompt in use on tiny",
        "must beat always answering",
        "Up to 276 answers",
    ):
        assert words in said
    (takes,) = json.loads(run(*ADAPT, "--dry-run", "--json").stdout)
    assert (takes["to"], takes["search"], takes["test"]) == (carrying.NEW, 180, 96)
    assert "Nothing was adapted yet" in run("adapt", "--list").stdout


def test_one_target_prints_one_document_and_again_it_pays_nothing(run: Run) -> None:
    first, again = (json.loads(run(*ADAPT, "--json").stdout) for _ in range(2))
    assert first == again
    assert first[0]["outcome"]["kind"] == "no-go"


@pytest.mark.parametrize(
    "arguments", [("adapt", "small"), ("adapt", "small", "--from", "tiny"), (*ADAPT[:-1], "tiny")]
)
def test_what_makes_no_adaptation_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 1
    assert "Error:" in refused.stderr


def test_a_model_of_no_use_is_not_asked_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*ADAPT)
    silent = ScriptedEngine(lambda _system, _user: pytest.fail("asked"))
    monkeypatch.setattr(connection, "connect", lambda _target, _say: scripted_lm(silent))
    assert run(*ADAPT).exit_code == 0
