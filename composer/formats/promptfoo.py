"""A promptfoo config: the messages as its chat JSON, the sealed rows as tests, the loss they were measured by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from composer.formats import promptfoo_score
from composer.formats.format import Files, over_openai, whole
from composer.formats.jinja import template
from composer.formats.prompt import ExportedPrompt, SealedRow
from composer.formats.promptfoo_run import CONFIG, sent
from composer.formats.proof import trials
from composer.prompts.messages import Messages
from library.errors import Refused

PROMPT, TESTS, SCORE = "promptfoo.prompt.json", "promptfoo.tests.json", "promptfoo.score.cjs"
TOOL = "promptfoo"
_NUNJUCKS = frozenset({"true", "false", "none", "null"})


def files(prompt: ExportedPrompt) -> Files:
    """Return config, prompt, tests and score.

    Inputs are fields of one variable, which promptfoo leaves as they are. Raises `Refused` without sealed rows,
    and where the name of the model, or a setting, holds doubled braces: promptfoo would fill those in.
    """
    whole(prompt)
    over_openai(prompt)
    if not prompt.rows:
        raise Refused("it holds the sealed rows as tests, and there are none")
    config = {
        "description": f"{prompt.task} on {prompt.target}, release {prompt.release}",
        "prompts": [f"file://{PROMPT}"],
        "providers": [
            {
                "id": f"openai:chat:{prompt.model}",
                # promptfoo has settings of its own where none are given, and other names for some.
                "config": {"omitDefaults": True, "passthrough": dict(prompt.request)},
            }
        ],
        "defaultTest": {"assert": [{"type": "javascript", "value": f"file://{SCORE}"}]},
        "tests": f"file://{TESTS}",
    }
    written = yaml.safe_dump(config, allow_unicode=True, sort_keys=False, width=10**6)
    if "{{" in written or "{%" in written:
        raise Refused("the name of the model or a setting holds braces that promptfoo would fill in")
    return {
        CONFIG: written.encode(),
        PROMPT: _json([{**one, "content": _no_file(one["content"])} for one in template(prompt, _place)]),
        TESTS: _json([_test(row) for row in prompt.rows]),
        SCORE: promptfoo_score.module(prompt.output).encode(),
    }


def note(prompt: ExportedPrompt) -> str:
    """Return who must not see the files, and how tests of one's own give their inputs."""
    return (
        f"{TESTS} holds the {len(prompt.rows)} sealed examples with their labels: who works on the prompt must "
        "not see them. Tests of your own give their inputs as it does, under `inputs`: what stands right under "
        "`vars` promptfoo fills in, trims or takes for the name of a file."
    )


def _place(name: str) -> str:
    return f"inputs['{name}']" if name in _NUNJUCKS else f"inputs.{name}"


def _no_file(content: str) -> str:
    """Return a content that promptfoo does not take for the name of a file, to be put in its place."""
    return f'{{{{ "file" }}}}{content[4:]}' if content.startswith("file://") else content


def _test(row: SealedRow) -> dict[str, Any]:
    return {"vars": {"inputs": dict(row.inputs), "sealed": {"id": row.id, "gold": row.gold}}}


def _tests(every: Sequence[Mapping[str, str]]) -> bytes:
    return _json([_test(SealedRow("", inputs, 0.0)) for inputs in every])


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Return the messages that promptfoo sends for these inputs; raises `Refused` where it fails."""
    return loaded_all(files, [inputs])[0]


def loaded_all(files: Mapping[str, bytes], every: Sequence[Mapping[str, str]]) -> list[Messages]:
    """Return the messages that promptfoo sends for each of several inputs, given as the tests give theirs."""
    return sent({**files, TESTS: _tests(every)})


def pairs(prompt: ExportedPrompt, files: Files) -> Iterator[tuple[Messages, Messages]]:
    """Yield messages as promptfoo sends them and as measured: of every row as it stands, and of hostile values."""
    hostile = list(trials(prompt))
    tests = [*json.loads(files[TESTS]), *json.loads(_tests(hostile))]
    every = [*(row.inputs for row in prompt.rows), *hostile]
    for found, inputs in zip(sent({**files, TESTS: _json(tests)}), every, strict=True):
        yield found, prompt.messages(inputs)
