"""`manifest.json`: all that the prompt is made of and rests on, as in the pack."""

from __future__ import annotations

import json
from collections.abc import Mapping

from composer.formats.format import Files, filled
from composer.formats.prompt import ExportedPrompt
from composer.models.system_role import as_sent
from composer.prompts.composition import put_together
from composer.prompts.messages import Messages
from library.canonical import canonical_bytes

NAME = "manifest.json"


def files(prompt: ExportedPrompt) -> Files:
    """Return the manifest in canonical JSON, the same bytes as in the pack."""
    return {NAME: canonical_bytes(prompt.manifest)}


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Put the messages together from the base, the snippets and the template, and fill the inputs in."""
    manifest = json.loads(files[NAME])
    prompt = put_together(manifest["task"]["base"], [one["text"] for one in manifest["snippets"]])
    (user,) = filled([{"role": "user", "content": manifest["task"]["message"]}], inputs)
    return as_sent([{"role": "system", "content": prompt}, user], manifest["target"].get("system", "role"))
