"""A prompt as somebody has it, in a file of its own: what becomes of it as the base and the message of a task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from composer.task.template import SLOT, checked_base
from library.errors import Refused

_ANY = re.compile(r"\{\{\s*(\w+)\s*\}\}|\{(\w+)\}")
# What stands above a text that is put in: `Message:`, a fence, the tag that it is in.
_LEADS_IN = re.compile(r".*:|[`\"'=~*#-]{3,}\w*|<[^<>]+>|#+ .*")


@dataclass(frozen=True)
class PromptText:
    """A prompt in the parts of a task: the base with its slot, and the template of the message.

    `message` is empty where the prompt has no place for an input; `notes` say what was done to it.
    """

    base: str
    message: str
    notes: tuple[str, ...]


def placeholders(text: str, *, doubled: bool = False) -> tuple[str, ...]:
    """Return the names in braces that a prompt holds besides its slot, in order; or doubled ones alone."""
    found = (match for match in _ANY.finditer(text) if match[0] != SLOT)
    return tuple(dict.fromkeys(match[1] or match[2] for match in found if match[1] or not doubled))


def renamed(text: str, name: str, new: str) -> str:
    """Return a prompt whose placeholders of one name, in single or doubled braces, have another."""
    return _ANY.sub(lambda match: match[0].replace(name, new) if name in (match[1], match[2]) else match[0], text)


def with_slot(text: str) -> str:
    """Return a prompt without blank lines at its end, whose last line is the slot where it had none."""
    text = text.replace("\r\n", "\n").rstrip()
    return text if SLOT in text else f"{text}\n{SLOT}"


def prompt_text(text: str, inputs: Sequence[str], where: str) -> PromptText:
    """Return a prompt in the parts of a task with these inputs.

    Where it holds inputs in braces, as `{{message}}` or `{message}`, the message is what it has from the first
    of them on. Raises `Refused` naming `where`, and the line, for a prompt that begins with an input, and for
    what a base may not hold.
    """
    text, notes = text.replace("\r\n", "\n"), []
    names = "|".join(map(re.escape, inputs))
    single = re.compile(rf"(?<!\{{)\{{({names})\}}(?!\}})")
    if names and single.search(text):
        as_format = "{{" in text.replace(SLOT, "")
        if as_format:
            text = re.sub(r"\{\{(?!snippets\}\})", "{", re.sub(r"(?<!\{\{snippets)\}\}", "}", text))
            notes.append("doubled braces were made single, as str.format does")
        text = single.sub(r"{{\1}}", text)
    text = text.rstrip()
    place = re.compile(rf"\{{\{{\s*({names})\s*\}}\}}")
    before, after = _parted(text.split("\n"), place) if names else (text, "")
    if after and not before.strip():
        raise Refused(
            "the prompt begins with an input",
            where=where,
            fix="Write the instructions first, and the input after them, on a line of its own.",
        )
    if after:
        line = text.removesuffix(after).count("\n") + 1
        notes.append(f"from line {line} on, where the inputs are, it is the message; before that, the base")
    if SLOT not in before:
        notes.append(f"a line {SLOT} was added at the end of the base, where snippets go")
    with _refused(where):
        return PromptText(checked_base(with_slot(before)), place.sub(r"{{\1}}", after), tuple(notes))


def _parted(lines: Sequence[str], place: re.Pattern[str]) -> tuple[str, str]:
    """Return what comes before the first input of a prompt with what leads in to it, and the rest."""
    first = next((number for number, line in enumerate(lines) if place.search(line)), None)
    if first is None:
        return "\n".join(lines), ""
    start = first
    while start and _LEADS_IN.fullmatch(lines[start - 1].strip()):
        start -= 1
    # A prompt of one sentence may itself lead in to its input.
    start = start if any(line.strip() for line in lines[:start]) else first
    begins = 0
    if not any(line.strip() for line in lines[:start]) and (found := place.search(lines[start])):
        begins = found.start()
    before = "\n".join([*lines[:start], lines[start][:begins].rstrip()])
    return before, "\n".join([lines[start][begins:], *lines[start + 1 :]])


@contextmanager
def _refused(where: str) -> Iterator[None]:
    """Turn what a check of a template says into a refusal with the line of the file."""
    try:
        yield
    except PydanticCustomError as error:
        said = error.context or {}
        line = f"line {said['line']}" if said.get("line") else ""
        place = ", ".join(part for part in (where, line) if part)
        raise Refused(f"the prompt {said['what']}", where=place, fix=said["fix"]) from error
