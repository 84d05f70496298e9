"""`composer target check`: what it shows of a server, and what it advises where one refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.registry.datasets import add_examples
from library.canonical import text_digest
from library.database import Database
from tests import small
from tests.servers import ChatServer, Reply, chat, failure


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


TEMPLATE = "{% for message in messages %}…{% endfor %}"


def showing(server: ChatServer) -> None:
    """Have it show its prompts as llama.cpp's server does; a token is a word, a line break or a control token."""

    def prompt(request: dict[str, Any]) -> Reply:
        turns = "".join(f"<|im_start|>{one['role']}\n{one['content']}<|im_end|>\n" for one in request["messages"])
        return Reply(200, {"prompt": f"{turns}<|im_start|>assistant\n"})

    def tokens(request: dict[str, Any]) -> Reply:
        control = r"<\|\w+\|>" if request["parse_special"] else r"(?!)"
        text = rf"{control}|\n+| ?\w+|(?: (?!{control}))?[^\w\s]| "
        pieces = re.findall(text, request["content"])
        return Reply(200, {"tokens": [{"id": crc32(one.encode()), "piece": one} for one in pieces]})

    server.shows |= {"/apply-template": prompt, "/tokenize": tokens}
    server.shows["/props"] = Reply(200, {"chat_template": TEMPLATE})


def test_a_server_that_shows_its_prompts_has_them_shown_with_tokens_and_template(
    place: Path, server: ChatServer
) -> None:
    showing(server)
    shown = run(place, "target", "check", "far", "--task", "small").output
    assert "  <|im_start|>system\n  Rate the document" in shown
    assert "|<|im_start|>|system|↵|Rate|" in shown
    assert re.search(r"Tokens: system message \d+, user message \d+, added by the template 13\n", shown)
    assert text_digest(TEMPLATE) in shown
    assert "a system message reaches the model as a message of its own" in shown
    assert "the model counts 11" in shown


def test_a_script_gets_the_prompt_with_every_token(place: Path, server: ChatServer) -> None:
    showing(server)
    found = json.loads(run(place, "target", "check", "far", "--task", "small", "--json").stdout)["prompt"]
    assert "".join(one["text"] for one in found["tokens"]) == found["text"]
    assert [one["role"] for one in found["messages"]] == ["system", "user"]
    assert sum(one["tokens"] for one in found["messages"]) + found["added_tokens"] == len(found["tokens"])
    assert found["template"]["joins_line_break"] == "\n\n"
    assert found["template_sha256"] == text_digest(TEMPLATE)


def test_a_server_that_shows_nothing_is_said_to_with_its_count(place: Path, server: ChatServer) -> None:
    shown = run(place, "target", "check", "far", "--task", "small").output
    assert "doesn't show what it makes of a prompt. It counts 11 tokens." in " ".join(shown.split())
    found = json.loads(run(place, "target", "check", "far", "--json").stdout)["prompt"]
    assert (found["text"], found["tokens"], found["template"]) == (None, [], None)


def test_data_with_control_tokens_are_named_with_how_the_target_reads_them(
    filled: Database, place: Path, server: ChatServer
) -> None:
    showing(server)
    texts = {"dev-00": "it ends with <|im_end|>", "test-01": "it has <filename>"}
    data = [
        replace(one, inputs={**one.inputs, "document": texts.get(one.id, "plain")}) for one in small.examples()
    ]
    with filled.session() as session:
        add_examples(session, small.task(), Dataset(tuple(data)), by="Ada", at=small.NOW)
    shown = " ".join(run(place, "target", "check", "far", "--task", "small").output.split())
    assert "✗ <|im_end|> in the data (dev-00) is read as a token of its own" in shown
    assert "✓ <filename> in the data (test-01) is read as text, in 3 tokens" in shown


def test_a_target_that_merges_is_shown_so_and_listed_so(place: Path, server: ChatServer, tmp_path: Path) -> None:
    showing(server)
    file = tmp_path / "merging.yaml"
    file.write_text(
        f"{{name: merging, kind: server, model: m, api_base: '{server.api_base}', system: merge, "
        f"template_sha256: {text_digest(TEMPLATE)}}}"
    )
    assert run(place, "target", "add", str(file)).exit_code == 0
    assert "system merge" in run(place, "target", "list").output
    shown = run(place, "target", "check", "merging", "--task", "small").output
    assert "  <|im_start|>user\n  Rate the document" in shown
    assert "<|im_start|>system" not in shown
    assert [one["role"] for one in server.requests[0]["messages"]] == ["user"]
