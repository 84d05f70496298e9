"""`messages.json` as the OpenAI client sends it."""

from __future__ import annotations

import json

import openai

from composer.formats import messages_json
from composer.formats.format import filled
from tests.composer.formats import corpus
from tests.composer.formats.loading import refused_of_checked, refused_of_corpus
from tests.servers import ChatServer


def test_every_prompt_comes_back_but_one_that_would_be_filled_in_itself() -> None:
    assert list(refused_of_corpus("messages.json")) == ["placeholders, merged"]


def test_no_prompt_that_tasks_and_snippets_allow_is_refused() -> None:
    assert refused_of_checked("messages.json") == {}


def test_the_openai_client_sends_the_measured_messages_of_every_prompt() -> None:
    texts = corpus.filled()
    with ChatServer() as server:
        client = openai.OpenAI(base_url=server.api_base, api_key="none", max_retries=0)
        expected = []
        for number, (odd, prompt) in enumerate(corpus.prompts().items()):
            if odd != "placeholders, merged":
                inputs = texts[number % len(texts)]
                template = json.loads(messages_json.files(prompt)["messages.json"])
                client.chat.completions.create(model="m", messages=filled(template, inputs))  # type: ignore[arg-type]
                expected.append(prompt.messages(inputs))
        assert [request["messages"] for request in server.requests] == expected
