"""The messages a model is sent: the composed prompt and the task's template, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")

Messages = list[dict[str, str]]


def render(prompt: str, template: str, inputs: Mapping[str, str]) -> Messages:
    """Return the system and user message for one example.

    Placeholders are filled in one pass, so an input that itself holds `{{…}}` stays as it is.
    Raises KeyError when the template names an input that is missing.
    """
    user = PLACEHOLDER.sub(lambda match: inputs[match[1]], template)
    return [{"role": "system", "content": prompt}, {"role": "user", "content": user}]
