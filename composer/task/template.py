"""The rules for a task's two texts, base and message: what is written must be what is sent, byte for byte."""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Sequence

from library.validation import invalid

SLOT = "{{snippets}}"
LONGEST = 100_000
"""Characters of a base or a message at most."""

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Control, format (bidi, zero-width), surrogate, line and paragraph separator.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def hidden_character(line: str) -> str:
    """Name the first character of a line that a reader can't see (a tab too); empty when there is none."""
    for character in line:
        if unicodedata.category(character) in _HIDDEN:
            name = "a tab" if character == "\t" else unicodedata.name(character, "a control character")
            return f"{name} (U+{ord(character):04X})"
    return ""


def checked_base(text: str) -> str:
    """Return a base without the blank lines around it.

    Raises a pydantic error, with the line, unless exactly one line is just the slot and DSPy would leave the
    text as it is both with and without snippets.
    """
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    while lines and not lines[-1].strip():
        del lines[-1]
    lines = lines[first:]
    _check_visible(lines, first, allowed="")
    slot = _slot_line(lines, first)
    for number, line in enumerate(lines):
        for match in _PLACEHOLDER.finditer(line):
            if match[0] != SLOT:
                raise invalid(
                    f"holds {match[0]}, and only {SLOT} is filled in here",
                    fix="Put inputs into `message`.",
                    line=first + number + 1,
                )
    bare = lines[:slot] + lines[slot + 1 :]
    if not bare:
        raise invalid("is nothing but the slot", fix="Write the prompt around it.", line=first + 1)
    if not (bare[0].strip() and bare[-1].strip()):
        raise invalid(
            "would start or end with a blank line when it has no snippets",
            fix="Remove the blank lines beside the slot.",
            line=first + slot + 1,
        )
    # DSPy cleans every instruction like a docstring; what was measured would not be what was written.
    for variant in ("\n".join(lines), "\n".join(bare)):
        if inspect.cleandoc(variant) != variant:
            raise invalid(
                "is indented as a whole, which DSPy would undo",
                fix="Start a line other than the first at the margin.",
                line=first + 1,
            )
    return "\n".join(lines)


def checked_message(text: str, inputs: Sequence[str]) -> str:
    """Return a user-message template without the line end that a YAML block leaves at its end.

    Raises a pydantic error, with the line, unless every input is in it and no other placeholder.
    """
    text = text.removesuffix("\n")
    lines = text.split("\n")
    _check_visible(lines, 0, allowed="\t")
    for number, line in enumerate(lines, 1):
        for match in _PLACEHOLDER.finditer(line):
            if match[1] not in inputs:
                raise invalid(
                    f"holds {match[0]}, which is none of the inputs",
                    fix=f"The inputs are {', '.join(inputs)}.",
                    line=number,
                )
            if match[0] != _placeholder(match[1]):
                raise invalid(
                    f"holds {match[0]}, with spaces", fix=f"Write {_placeholder(match[1])}.", line=number
                )
    unused = [_placeholder(name) for name in inputs if _placeholder(name) not in text]
    if unused:
        raise invalid("leaves out an input", fix=f"Add {', '.join(unused)}.")
    return text


def doubled_braces(text: str) -> tuple[tuple[int, str], ...]:
    """Return the lines of a base or message, by number from 1, that hold doubled braces besides slot and inputs.

    Sent as they are, they are what is left of an f-string or a format string, in which single ones are doubled.
    """
    lines = enumerate(text.split("\n"), 1)
    rest = ((number, line, _PLACEHOLDER.sub("", line)) for number, line in lines)
    return tuple((number, line.strip()) for number, line, left in rest if "{{" in left or "}}" in left)


def _slot_line(lines: Sequence[str], first: int) -> int:
    """Position of the slot among the lines; `first` is how many lines of the text came before them."""
    held = [number for number, line in enumerate(lines) for _ in range(line.count(SLOT))]
    if not held:
        raise invalid("has no slot", fix=f"Add a line that is just {SLOT}, where the snippets go.")
    if len(held) > 1:
        raise invalid(
            f"has the slot {len(held)} times",
            fix=f"Keep one line that is just {SLOT}.",
            line=first + held[1] + 1,
        )
    if lines[held[0]] != SLOT:
        raise invalid(
            "has other text, or spaces, on the line of the slot",
            fix=f"That line must be just {SLOT}.",
            line=first + held[0] + 1,
        )
    return held[0]


def _check_visible(lines: Sequence[str], first: int, *, allowed: str) -> None:
    for number, line in enumerate(lines, first + 1):
        if hidden := hidden_character("".join(character for character in line if character not in allowed)):
            raise invalid(f"holds {hidden}", fix="Write ordinary text and spaces instead.", line=number)


def _placeholder(name: str) -> str:
    return "{{" + name + "}}"
