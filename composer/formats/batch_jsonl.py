"""`batch.jsonl`: a request a line, as the batch API of OpenAI and of vLLM takes them, one for each row asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from composer.formats.format import Files, over_openai, whole
from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from library.errors import Refused

NAME = "batch.jsonl"
URL = "/v1/chat/completions"


class RowsMissing(Refused):
    """No rows were given: whoever gives some gets a file."""


def files(prompt: ExportedPrompt) -> Files:
    """Return a line for each row, whose id comes back with its answer as `custom_id`; all of it is ASCII.

    So nothing in a line is taken for the end of one, also where lines are split at more than line feeds. Raises
    `RowsMissing` without rows, and `Refused` where two have one id.
    """
    whole(prompt)
    over_openai(prompt)
    if not prompt.asked:
        raise RowsMissing("it holds the rows to be asked, and none are given", fix="Name their file with --rows.")
    twice = [name for name, count in Counter(row.id for row in prompt.asked).items() if count > 1]
    if twice:
        raise Refused(f"two rows have the id {twice[0]!r}", fix="Give each its own: answers come back by it.")
    lines = (json.dumps(_request(prompt, row.id, row.inputs), separators=(",", ":")) for row in prompt.asked)
    return {NAME: "".join(f"{line}\n" for line in lines).encode()}


def _request(prompt: ExportedPrompt, id: str, inputs: Mapping[str, str]) -> dict[str, Any]:
    body = {"model": prompt.model, "messages": prompt.messages(inputs), **prompt.request}
    return {"custom_id": id, "method": "POST", "url": URL, "body": body}


def requests(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the body of each request by its id."""
    lines = [json.loads(line) for line in files[NAME].split(b"\n")[:-1]]
    return {line["custom_id"]: line["body"] for line in lines}


def loaded(files: Mapping[str, bytes], _inputs: Mapping[str, str]) -> Messages:
    """Return the messages of the first request, which are filled in already."""
    messages: Messages = next(iter(requests(files).values()))["messages"]
    return messages


def pairs(prompt: ExportedPrompt, files: Files) -> Iterator[tuple[Messages, Messages]]:
    """Yield the messages of each row as loaded, and as they have to be."""
    bodies = requests(files)
    for row in prompt.asked:
        yield bodies[row.id]["messages"], prompt.messages(row.inputs)
