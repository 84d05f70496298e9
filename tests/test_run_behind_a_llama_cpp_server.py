"""llama.cpp's real HTTP server as a target: it answers as the embedded model does, and a run goes through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.data.dataset import Dataset
from composer.models.client import ask
from composer.models.connection import language_model, release
from composer.models.target import Target, load_target
from composer.prompts.messages import Messages, render
from composer.registry.datasets import add_examples
from composer.registry.starter import DATA
from library.database import open_database
from tests import small
from tests.llama_server import llama_server

pytestmark = pytest.mark.model

KEY = "llama-key-5afe"
EXAMPLE = DATA / "targets" / "examples" / "llama-cpp-server.yaml"
ONLY_A_RATING = json.dumps({"grammar": 'root ::= "{\\"rating\\": " [1-5] "}"'})
"""The 135M writes no JSON of its own accord; llama.cpp's server holds it to a grammar, a further field."""


@pytest.fixture(scope="module")
def server(model_135m: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment, llama_server(model_135m, KEY) as api_base:
        environment.setenv("LLAMA_KEY", KEY)
        yield api_base


def target_file(folder: Path, api_base: str, *more: str) -> Path:
    """The example file for llama.cpp's server, with the address and the key of this one."""
    text = EXAMPLE.read_text().replace("http://127.0.0.1:8080/v1", api_base).replace("parallel: 4", "parallel: 1")
    file = folder / "server.yaml"
    file.write_text("\n".join([text, "api_key_env: LLAMA_KEY", *more, ""]))
    return file


def questions() -> list[Messages]:
    task = small.task()
    return [render(small.TASK["base"], task.message, one.inputs) for one in small.examples(3, 0)]


def answers(target: Target) -> list[tuple[str, int, str]]:
    lm = language_model(target)
    try:
        return [
            (one.text, one.prompt_tokens, one.finish_reason) for one in (ask(lm, each) for each in questions())
        ]
    finally:
        release(lm)


def test_it_answers_over_http_as_in_this_process(server: str, tmp_path: Path) -> None:
    far = load_target(target_file(tmp_path, server))
    here = Target(name="here", kind="embedded", model="smollm2-135m", max_tokens=far.max_tokens, threads=1)
    assert answers(far) == answers(here)


def composer(*arguments: str, home: Path) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout) if "--json" in arguments else result.output


def test_it_is_checked_and_a_run_on_it_comes_to_a_candidate(server: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    database = open_database(home)
    small.fill(database, tmp_path, data=small.examples(4, 4))
    database.close()
    composer("target", "add", str(target_file(tmp_path, server, f"extra_body: {ONLY_A_RATING}")), home=home)
    checked = composer("target", "check", "my-llama-cpp-model", "--task", "small", "--json", home=home)
    assert (checked["valid"], checked["repeatable"]) == (3, True)
    asked = ("small", "--target", "my-llama-cpp-model", "--json")
    ran = composer("compose", *asked, "--budget", "8", home=home)
    assert ran["cells"]["paid"] == 8
    measured = composer("propose", *asked, "--snippets", "exact", home=home)
    assert (measured["candidate_id"], measured["cells"]["paid"]) == (1, 8)
    database = open_database(home)
    with database.session() as session:
        corrected = [replace(one, gold=one.gold % 5 + 1) for one in small.examples(4, 4)]
        add_examples(session, small.task(), Dataset(tuple(corrected)), by="Ada", at=small.NOW)
    database.close()
    said = composer("rescore", "1", home=home)
    assert "pays for no answer" in said
    assert "It is candidate 2 now" in said
