"""`prompt.txt`: the system text and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from composer.formats.format import Files, encoded
from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages

NAME = "prompt.txt"


def files(prompt: ExportedPrompt) -> Files:
    """Return the prompt as UTF-8, without a line break that it hasn't."""
    return {NAME: encoded(prompt.prompt, "the prompt")}


def loaded(files: Mapping[str, bytes], _inputs: Mapping[str, str]) -> Messages:
    """Return the prompt as a system message; inputs have no place in this file."""
    return [{"role": "system", "content": files[NAME].decode()}]
