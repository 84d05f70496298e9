"""What the exported modules of code share: names of files, and texts as literals that keep every character."""

from __future__ import annotations

from collections.abc import Callable

from composer.formats.prompt import ExportedPrompt


def module_name(prompt: ExportedPrompt) -> str:
    """Return a name for a module that can be imported, whatever the task is called."""
    return f"prompt_{prompt.task.replace('-', '_')}"


def literal(text: str, escaped: Callable[[str], str]) -> str:
    """Return a text as a literal in double quotes; what can't be printed becomes what `escaped` makes of it."""
    special = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
    return '"' + "".join(special.get(one) or (one if one.isprintable() else escaped(one)) for one in text) + '"'


def lines(text: str, escaped: Callable[[str], str]) -> list[str]:
    """Return a text as literals, one for each of its lines with its line break; at least one."""
    parts = text.split("\n")
    kept = [f"{one}\n" for one in parts[:-1]] + ([parts[-1]] if parts[-1] or len(parts) == 1 else [])
    return [literal(one, escaped) for one in kept]


def about(prompt: ExportedPrompt) -> str:
    """Return what a module is, as a sentence without a line break or quotes."""
    return (
        f"The prompt of {prompt.task} on {prompt.target}, release {prompt.release}: generated, not to be edited."
    )


def names(prompt: ExportedPrompt) -> str:
    """Return the inputs as alternatives of a regular expression; one that nothing matches where there is none."""
    return "|".join(prompt.inputs) or "(?!)"
