"""`messages.json`: the messages as the OpenAI chat API takes them, with the template of the user message."""

from __future__ import annotations

import json
from collections.abc import Mapping

from composer.formats.format import Files, apart, filled, whole
from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from library.canonical import canonical_bytes

NAME = "messages.json"


def files(prompt: ExportedPrompt) -> Files:
    """Return the messages in canonical JSON, the same bytes as in the pack."""
    whole(prompt)
    apart(prompt)
    return {NAME: canonical_bytes(prompt.template)}


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Return the messages with the inputs filled in."""
    return filled(json.loads(files[NAME]), inputs)
