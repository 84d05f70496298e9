"""`batch.jsonl`: each line is a request that the OpenAI client takes, and no text breaks a line."""

from __future__ import annotations

import json

import openai
import pytest

from composer.formats import batch_jsonl
from composer.formats.catalogue import FORMATS
from composer.formats.prompt import AskedRow
from composer.formats.proof import written
from library.errors import Refused
from tests.composer.formats import corpus
from tests.servers import ChatServer

ROWS = tuple(AskedRow(f"row-{number}", inputs) for number, inputs in enumerate(corpus.filled()))


def test_every_line_holds_the_measured_messages_of_its_row_however_lines_are_split() -> None:
    for odd, prompt in corpus.prompts().items():
        asked = corpus.prompt(prompt=prompt.prompt, message=prompt.message, system=prompt.system, asked=ROWS)
        content = batch_jsonl.files(asked)["batch.jsonl"]
        lines = [json.loads(line) for line in content.decode().split("\n")[:-1]]
        assert [line["custom_id"] for line in lines] == [row.id for row in ROWS], odd
        assert [line["body"]["messages"] for line in lines] == [asked.messages(row.inputs) for row in ROWS], odd
        assert len(content.decode().splitlines()) == len(ROWS), odd


def test_a_body_is_what_the_openai_client_sends_with_the_settings_of_the_target() -> None:
    prompt = corpus.prompt(asked=ROWS, request={"max_completion_tokens": 9, "reasoning_effort": "low"})
    bodies = batch_jsonl.requests(batch_jsonl.files(prompt))
    with ChatServer() as server:
        client = openai.OpenAI(base_url=server.api_base, api_key="none", max_retries=0)
        for body in bodies.values():
            client.chat.completions.create(**body)
        assert server.requests == list(bodies.values())
    wanted = {"model": "vendor/tiny-1", "max_completion_tokens": 9, "reasoning_effort": "low"}
    assert all({name: body[name] for name in wanted} == wanted for body in bodies.values())


def test_its_proof_reads_every_row() -> None:
    prompt = corpus.prompt(asked=ROWS)
    assert written(FORMATS["batch.jsonl"], prompt).proof
    found = list(batch_jsonl.pairs(prompt, batch_jsonl.files(prompt)))
    assert len(found) == len(ROWS)
    assert batch_jsonl.loaded(batch_jsonl.files(prompt), {}) == prompt.messages(ROWS[0].inputs)


def test_without_rows_or_with_an_id_twice_it_is_refused() -> None:
    with pytest.raises(Refused, match="none are given"):
        batch_jsonl.files(corpus.prompt(asked=()))
    with pytest.raises(Refused, match="two rows have the id 'row-1'"):
        batch_jsonl.files(corpus.prompt(asked=(ROWS[1], ROWS[0], ROWS[1])))
