"""The README holds: its Python runs, its commands exist, and its task file is one the product takes."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import click
import dspy
import pytest
import yaml
from typer.main import get_command

from composer.cli import COMMANDS, app
from composer.formats import dspy_state
from composer.home.example import CANDIDATE, example_of
from composer.home.paths import Home
from composer.registry.starter import load_starter
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.task.task import Task
from library.database import open_database
from tests.composer.formats import corpus
from tests.conftest import NOW
from tests.scripted import ScriptedEngine, scripted_lm

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def block(language: str, holding: str) -> str:
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) if holding in text]
    assert len(found) == 1
    return str(found[0])


def test_the_python_example_runs(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_database(home.path).session() as session:
        load_starter(session, by="Ada", at=NOW)
    engine = ScriptedEngine(lambda system, user: '{"label": "negative"}')
    lm = scripted_lm(engine)
    monkeypatch.setattr(dspy, "LM", lambda *given, **named: lm)
    monkeypatch.chdir(ROOT)
    exec(block("python", "LibraryComposer").replace('Path(".composer")', f"Path({str(home.path)!r})"), {})
    assert capsys.readouterr().out == "negative\n"
    assert engine.asked[-1][1] == "Sentence: Dull, but kindly meant."


def test_the_example_of_an_exported_dspy_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = corpus.prompt(task="sentiment", inputs=("sentence",), message="Sentence: {{sentence}}")
    for name, content in dspy_state.files(prompt).items():
        (tmp_path / name).write_bytes(content)
    engine = ScriptedEngine(lambda system, user: '{"rating": 2}')
    lm = scripted_lm(engine)
    monkeypatch.setattr(dspy, "LM", lambda *given, **named: lm)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    exec(block("python", "prompt_sentiment"), {})
    assert capsys.readouterr().out == "2\n"
    assert engine.asked == [(prompt.prompt, "Sentence: Dull, but kindly meant.")]


def test_the_example_of_a_service_runs(
    recorded_example: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(example_of(recorded_example).path, home.path)
    with open_database(home.path).session() as session:
        give_verdict(session, CANDIDATE, "approve", reason="Clear gain.", by="You", at=NOW)
        release_candidate(session, CANDIDATE, reason="Clear gain.", by="You", at=NOW)
    names: dict[str, Any] = {}
    exec(block("python", "import follow, load").replace('".composer"', repr(str(home.path))), names)
    assert capsys.readouterr().out == "True -1  1\n"
    assert names["messages"][1] == {"role": "user", "content": "Sentence: Dull, but kindly meant."}


def test_every_command_is_named() -> None:
    assert [name for name in COMMANDS if not re.search(rf"`(composer )?{name}\b|composer {name}\b", README)] == []


def test_the_workflow_is_one_whose_commands_the_command_line_takes() -> None:
    workflow = yaml.safe_load(block("yaml", "workflows/check.yml"))
    steps = workflow["jobs"]["check"]["steps"]
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one["uses"]) for one in steps if "uses" in one)
    commands = [
        shlex.split(one["run"])[1:] for one in steps if one.get("run", "").startswith(".venv/bin/composer")
    ]
    assert [one[0] for one in commands] == ["db", "target", "check"]
    for one in commands:
        parse(get_command(app), one)


def parse(command: click.Command, arguments: list[str]) -> None:
    """Read a command line as the command would, and run nothing; raises `click.UsageError` where it can't be."""
    if isinstance(command, click.Group):
        found = command.get_command(click.Context(command), arguments[0])
        assert found is not None, arguments
        parse(found, arguments[1:])
    else:
        command.make_context("composer", arguments)


def test_the_example_of_an_own_task_is_a_task() -> None:
    task = Task.model_validate(yaml.safe_load(block("yaml", "support.yaml")))
    assert task.name == "urgency"
