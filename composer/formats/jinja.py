"""Texts as templates of Jinja or nunjucks: what is literal stays literal, and each input stands in its place."""

from __future__ import annotations

import re
from collections.abc import Callable

from composer.formats.prompt import ExportedPrompt
from composer.models.system_role import as_sent
from composer.prompts.messages import PLACEHOLDER, Messages

# Braces that open a tag of either language, or would open one before the tag that follows them; and the end of a
# comment, which nunjucks takes for one wherever it stands.
_TAGS = re.compile(r"\{{2,}|\{(?=[%#]|\Z)|#\}")

Place = Callable[[str], str]
"""Gives the expression that an input's value is taken from, by the input's name."""


def literal(text: str) -> str:
    """Return a text as a template that renders to it; only what would be taken for a tag is escaped."""
    return _TAGS.sub(lambda found: f'{{{{ "{found[0]}" }}}}', text)


def template(prompt: ExportedPrompt, place: Place) -> Messages:
    """Return the messages as templates, each input where its placeholder is in the message, and nowhere else."""
    parts = PLACEHOLDER.split(prompt.message)
    user = [f"{{{{ {place(part)} }}}}" if number % 2 else literal(part) for number, part in enumerate(parts)]
    return as_sent(
        [{"role": "system", "content": literal(prompt.prompt)}, {"role": "user", "content": "".join(user)}],
        prompt.system,
    )
