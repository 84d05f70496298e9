"""What is accepted in a task file, and yet may not mean what its owner thinks."""

from __future__ import annotations

from composer.task.task import Task
from composer.task.template import doubled_braces
from library.control_tokens import known_tokens


def task_cautions(task: Task) -> tuple[str, ...]:
    """Return what to think about before a task is used, a sentence or two each; usually empty."""
    return (*text_cautions("base", task.base), *text_cautions("message", task.message))


def text_cautions(name: str, text: str) -> tuple[str, ...]:
    """Return what to think about in a base or message, which is called `name`; usually empty."""
    found = []
    if lines := doubled_braces(text):
        number, line = lines[0]
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        found.append(
            f"{name} has doubled braces, in line {number}{more} of its text: {line} — the model gets them "
            "doubled, as they are written. Where the prompt comes from an f-string or str.format, write "
            "single ones."
        )
    if tokens := known_tokens(text):
        found.append(f"{name} spells {', '.join(tokens)}: a model reads that as a control token and not as text.")
    return tuple(found)
