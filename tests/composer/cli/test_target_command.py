"""`composer target check`: what it shows of a server, and what it advises where one refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from library.database import Database
from tests.servers import ChatServer, chat, failure


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


@pytest.fixture
def place(filled: Database, home: Home, server: ChatServer, tmp_path: Path) -> Path:
    file = tmp_path / "far.yaml"
    file.write_text(f"{{name: far, kind: server, model: org/model, api_base: '{server.api_base}'}}")
    assert run(home.path, "target", "add", str(file)).exit_code == 0
    return home.path


def run(place: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(place)])


def test_a_target_that_works_is_shown_with_settings_validity_and_cost(place: Path, server: ChatServer) -> None:
    server.enqueue(chat('{"rating": 3}'), chat('{"rating": 3}'), chat("three"))
    shown = run(place, "target", "check", "far", "--task", "small").output
    assert "✓ reached: http://127.0.0.1:" in shown
    assert "max_tokens 16, temperature 0.0, seed 0" in shown
    assert "✗ 2 of 3 answers valid for small" in shown
    assert "not JSON" in shown
    assert "the same answer" in shown
    assert "11 tokens in and 3 out" in shown


def test_a_script_gets_the_same_as_json(place: Path, server: ChatServer) -> None:
    server.enqueue(chat("yes"), chat("no"), chat("yes"))
    found = json.loads(run(place, "target", "check", "far", "--json").stdout)
    assert (found["repeatable"], found["valid"], len(found["answers"])) == (False, None, 3)
    assert found["settings"] == {"max_tokens": 16, "temperature": 0.0, "seed": 0}


def test_a_setting_that_is_refused_is_named_with_what_to_write(place: Path, server: ChatServer) -> None:
    server.enqueue(failure(400, "Unsupported value: 'temperature' does not support 0.0 with this model."))
    result = run(place, "target", "check", "far")
    assert result.exit_code == 1
    assert "temperature: null" in result.output


def test_a_target_that_is_not_known_is_refused_with_those_that_are(place: Path) -> None:
    result = run(place, "target", "check", "near")
    assert (result.exit_code, "far" in result.output) == (1, True)


def test_the_list_names_the_revision_of_a_target_that_has_one(place: Path, tmp_path: Path) -> None:
    file = tmp_path / "dated.yaml"
    file.write_text("{name: dated, kind: server, model: m, api_base: 'http://127.0.0.1:9/v1', revision: may-2026}")
    assert run(place, "target", "add", str(file)).exit_code == 0
    assert "may-2026" in run(place, "target", "list").output
