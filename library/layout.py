"""How a library file is laid out: one way for each snippet, which reads well where two files are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import StringIO

import yaml
from yaml.emitter import Emitter

from library.file import SnippetEntry
from library.yamltree import is_text

FIELDS = ("key", "text", "state", "tags", "group", "requires", "conflicts", "pin", "rationale")
"""The fields of a snippet in the order in which they are written."""
WRITTEN_ALWAYS = ("key", "text", "state")
LISTS = ("tags", "requires", "conflicts")
WIDEST_LIST = 100
"""A list that makes a longer line is written with a line for each of its items."""
DASH, STEP = 2, 2
"""How far the dash of a snippet is from the margin, and its fields from the dash."""

Value = str | tuple[str, ...]

# What no parser takes for anything but text: most texts are seen as such at once.
_PLAIN = re.compile("[A-Za-z]([A-Za-z0-9 ,.;()/'-]*[A-Za-z0-9,.;()/'-])?")
_WORD = re.compile("[A-Za-z0-9][A-Za-z0-9_-]*")
# Text for us, and a number or a truth value for other readers of YAML.
_OTHERWISE_ELSEWHERE = re.compile("[yYnN]|[-+]?[.]?[0-9][0-9_]*([.][0-9]*)?([eE][-+]?[0-9]+)?|0o[0-7]+")


def laid_out(entries: Iterable[SnippetEntry]) -> str:
    """Return a library file of these snippets, in this order."""
    lines = [line for entry in entries for line in entry_lines(entry)]
    return "\n".join(["snippets:", *lines, ""])


def entry_lines(entry: SnippetEntry, dash: int = DASH, step: int = STEP, *, blocks: bool = True) -> list[str]:
    """Return the lines of one snippet in a list whose dashes are in this column, its fields so much further.

    Without `blocks`, a text of several lines is written on one, with escapes.
    """
    indent = dash + step
    fields = values(entry).items()
    lines = [line for name, value in fields for line in field_lines(name, value, indent, blocks=blocks)]
    return [f"{' ' * dash}-{' ' * (step - 1)}{lines[0][indent:]}", *lines[1:]]


def values(entry: SnippetEntry) -> dict[str, Value]:
    """Return what is written of a snippet, by field and in order: what a file may leave out is left out."""
    found = {name: getattr(entry, name) for name in FIELDS}
    return {name: value for name, value in found.items() if value or name in WRITTEN_ALWAYS}


def field_lines(name: str, value: Value, indent: int, *, blocks: bool = True) -> list[str]:
    """Return the lines of one field, so far from the margin."""
    first, *rest = written(value, indent, len(name) + 2, blocks=blocks).split("\n")
    return [f"{' ' * indent}{name}:{'' if first == '' else f' {first}'}", *rest]


def written(value: Value, indent: int, taken: int = 0, *, blocks: bool = True) -> str:
    """Return a value as it is written after the name of its field; further lines are indented more than `indent`.

    `taken` is how many columns of the first line the name takes.
    """
    if isinstance(value, str):
        return _block(value, indent) if blocks and "\n" in value and _reads_well(value) else scalar(value)
    items = [_item(one) for one in value]
    flow = f"[{', '.join(items)}]"
    if indent + taken + len(flow) <= WIDEST_LIST:
        return flow
    return "\n".join(["", *(f"{' ' * (indent + STEP)}- {one}" for one in items)])


def scalar(text: str) -> str:
    """Return a text on one line of YAML, in quotes only where it would be read as something else."""
    if _PLAIN.fullmatch(text) and (" " in text or _is_text(text)):
        return text
    if not text.isprintable():
        return _escaped(text)
    # Of the analysis alone: what PyYAML would write is the same, and takes ten times as long.
    if text and _EMITTER.analyze_scalar(text).allow_block_plain and _is_text(text):
        return text
    return _quoted(text)


def _is_text(text: str) -> bool:
    return is_text(text) and not _OTHERWISE_ELSEWHERE.fullmatch(text)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _escaped(text: str) -> str:
    """Return a text in double quotes, with escapes for all that can't be seen."""
    found = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return found.removesuffix("\n")


def _item(text: str) -> str:
    """Return an item of a list between brackets."""
    if _WORD.fullmatch(text) and _is_text(text):
        return text
    return _quoted(text) if text.isprintable() else _escaped(text)


def _reads_well(text: str) -> bool:
    """Whether lines can be written as they are, and an editor that trims them changes nothing."""
    lines = text.removesuffix("\n").split("\n")
    plain = all(line.isprintable() and not line.endswith(" ") for line in lines)
    return plain and bool(lines[0]) and not lines[0].startswith(" ") and bool(lines[-1])


def _block(text: str, indent: int) -> str:
    lines: Sequence[str] = text.removesuffix("\n").split("\n")
    body = [f"{' ' * (indent + STEP)}{line}" if line else "" for line in lines]
    return "\n".join(["|" if text.endswith("\n") else "|-", *body])


_EMITTER = Emitter(StringIO(), allow_unicode=True)
