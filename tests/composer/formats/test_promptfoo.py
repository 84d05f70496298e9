"""The promptfoo config: promptfoo itself sends the measured messages of every row, whatever stands in them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from composer.formats import promptfoo, promptfoo_run
from composer.formats.prompt import SealedRow
from composer.formats.proof import first_difference, trials
from composer.prompts.messages import Messages
from library.errors import Refused
from tests.composer.formats import corpus
from tests.servers import ChatServer, chat

NASTY_ROWS = tuple(SealedRow(f"row-{number}", inputs, 3.0) for number, inputs in enumerate(corpus.filled()))
EVEN_NASTIER = [
    "file://promptfoo.score.cjs",
    "file://*.json",
    "package:x:y",
    "{{ env.HOME }}",
    "{{inputs.query}}",
    "{{sealed.gold}}",
    "ends with a line break\n",
    '{"$ref": "#/x"}',
]


def test_every_prompt_is_sent_as_it_was_measured_whatever_is_filled_in() -> None:
    prompts = corpus.prompts()
    every = [*corpus.filled()[::6], *({"query": one, "document": one} for one in EVEN_NASTIER)]
    made = {odd: promptfoo.files(prompt) for odd, prompt in prompts.items()}
    files = {f"{number}.json": one[promptfoo.PROMPT] for number, one in enumerate(made.values())}
    first = next(iter(made.values()))
    config = {**yaml.safe_load(first[promptfoo_run.CONFIG]), "prompts": [f"file://{name}" for name in files]}
    config["defaultTest"] = {}
    tests = [{"vars": {"inputs": inputs}} for inputs in every]
    found = promptfoo_run.sent(
        {**files, promptfoo_run.CONFIG: json.dumps(config).encode(), promptfoo.TESTS: json.dumps(tests).encode()}
    )
    expected = [(odd, prompt.messages(inputs)) for odd, prompt in prompts.items() for inputs in every]
    for messages, (odd, wanted) in zip(found, expected, strict=True):
        assert not first_difference(messages, wanted), odd


def test_the_rows_are_sent_as_they_stand_in_its_tests_and_so_is_what_the_proof_fills_in() -> None:
    prompt = corpus.prompt(rows=NASTY_ROWS)
    files = promptfoo.files(prompt)
    pairs = list(promptfoo.pairs(prompt, files))
    assert len(pairs) == len(NASTY_ROWS) + len(list(trials(prompt)))
    assert [found for found, _ in pairs] == [expected for _, expected in pairs]
    assert promptfoo.loaded(files, NASTY_ROWS[3].inputs) == prompt.messages(NASTY_ROWS[3].inputs)


def test_it_says_who_must_not_see_it() -> None:
    assert "holds the 2 sealed examples" in promptfoo.note(corpus.prompt())


def evaluated(folder: Path, server: ChatServer) -> list[dict[str, Any]]:
    """Run the config of a folder as a user does, against a server, and return its results in the order of rows."""
    command = promptfoo_run.command()
    assert command
    addresses = {"OPENAI_BASE_URL": server.api_base, "OPENAI_API_KEY": "none", "HTTPS_PROXY": "http://127.0.0.1:9"}
    quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "NO_PROXY": "127.0.0.1"}
    subprocess.run(
        [command, "eval", "--no-cache", "--no-write", "--no-table", "-o", "out.json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **addresses, **quiet},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )
    results = json.loads((folder / "out.json").read_bytes())["results"]["results"]
    return sorted(results, key=lambda one: int(one["testIdx"]))


def test_its_openai_provider_sends_messages_and_settings_and_the_score_is_one_less_the_loss(
    tmp_path: Path,
) -> None:
    rows = (
        SealedRow("a", {"query": "q\n", "document": "{{query}}"}, 2.0),
        SealedRow("b", {"query": "file://x", "document": "\u2028\r"}, 2.0),
    )
    prompt = corpus.prompt(rows=rows, request={"max_completion_tokens": 9, "seed": 0, "top_p": 0.5})
    for name, content in promptfoo.files(prompt).items():
        (tmp_path / name).write_bytes(content)

    def answer(request: dict[str, Any]) -> Any:
        return chat('{"rating": 4}' if request["messages"] == prompt.messages(rows[0].inputs) else "4, or so")

    with ChatServer(answer) as server:
        results = evaluated(tmp_path, server)
        requests = sorted(server.requests, key=lambda one: "file" in str(one["messages"]))
    sent: list[Messages] = [one["messages"] for one in requests]
    assert sent == [prompt.messages(row.inputs) for row in rows]
    settings = {"model": "vendor/tiny-1", "max_completion_tokens": 9, "seed": 0, "top_p": 0.5}
    assert all({key: value for key, value in one.items() if key != "messages"} == settings for one in requests)
    assert [one["score"] for one in results] == [1 - (2 / 4) ** 2, 0]
    assert [one["success"] for one in results] == [True, False]
    assert "malformed" in results[1]["gradingResult"]["reason"]


def test_an_input_may_have_any_name() -> None:
    names = ("true", "none", "null", "inputs", "env", "constructor", "length", "sealed", "set", "block", "raw")
    prompt = corpus.prompt(message=" ".join(f"{{{{{name}}}}}" for name in names), inputs=names)
    inputs = {name: f"value of {name}" for name in names}
    assert promptfoo.loaded(promptfoo.files(prompt), inputs) == prompt.messages(inputs)


def test_without_sealed_rows_and_with_settings_that_promptfoo_would_fill_in_it_is_refused() -> None:
    with pytest.raises(Refused, match="sealed rows"):
        promptfoo.files(corpus.prompt(rows=()))
    with pytest.raises(Refused, match="braces"):
        promptfoo.files(corpus.prompt(request={"stop": ["{{env.HOME}}"]}))
