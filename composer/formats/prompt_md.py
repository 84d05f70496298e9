"""`prompt.md`: the messages in fenced blocks of Markdown, to be read, and copied from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.formats.fence import fence_around
from composer.formats.format import Files, apart, encoded, filled
from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from library.errors import Refused

NAME = "prompt.md"
TITLES = {"system": "System message", "user": "User message"}
# What CommonMark makes something else of, also in a code block: line breaks but the line feed, and NUL.
_CHANGED = {"\r": "carriage returns, which become line feeds", "\x00": "null characters, which become U+FFFD"}


def files(prompt: ExportedPrompt) -> Files:
    """Return a document with each message in a fence longer than any in it, its role on the fence.

    Raises `Refused` for what Markdown changes in a code block.
    """
    apart(prompt)
    template = prompt.template
    for character, what in _CHANGED.items():
        if any(character in one["content"] for one in template):
            raise Refused(f"the messages hold {what} in Markdown")
    heading = f"# Prompt of {prompt.task} on {prompt.target}, release {prompt.release}\n"
    notes = f"Pack {prompt.fingerprint}.\n"
    if prompt.inputs:
        notes += (
            f"Inputs go in place of {', '.join(f'`{{{{{name}}}}}`' for name in prompt.inputs)}, in one pass.\n"
        )
    blocks = [f"## {TITLES[one['role']]}\n\n{_fenced(one)}" for one in template]
    return {NAME: encoded("\n".join([heading, notes, *blocks]), "the prompt")}


def _fenced(message: Mapping[str, str]) -> str:
    fence = fence_around(message["content"])
    return f"{fence}{message['role']}\n{message['content']}\n{fence}\n"


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Return the messages of the fenced blocks, the inputs filled in."""
    return loaded_all(files, [inputs])[0]


def loaded_all(files: Mapping[str, bytes], every: Sequence[Mapping[str, str]]) -> list[Messages]:
    """Return the messages for each of several inputs."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(files[NAME].decode())
    blocks = [one for one in tokens if one.type == "fence"]
    template = [{"role": one.info, "content": one.content.removesuffix("\n")} for one in blocks]
    return [filled(template, inputs) for inputs in every]
