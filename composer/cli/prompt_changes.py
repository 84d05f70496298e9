"""What changes from one prompt to another on the terminal: the base word by word, then snippet by snippet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from composer.cli.common import say
from composer.cli.figures_table import BAD, GOOD
from composer.prompts.changes import BaseChange, Change, SnippetChange

if TYPE_CHECKING:
    from composer.prompts.text_changes import Line, Piece

SIGNS = {"added": "+", "removed": "−", "reworded": "±", "moved": "↕", "kept": " "}
COLOURS = {"added": GOOD, "removed": BAD}
AROUND = 1
"""Lines that are the same, shown before and after those that differ."""


def changes(found: Sequence[Change]) -> None:
    """Print what happens to the base and to each snippet: its sign and name, and its text below or beside it."""
    for one in found:
        sign = (SIGNS[one.kind], COLOURS.get(one.kind, ""))
        if isinstance(one, BaseChange):
            say("  ", sign, f" {one.name}")
            _base(one)
        else:
            say("  ", sign, f" {one.now.key} {_versions(one)}  {one.now.text}", hang=6)


def _versions(one: SnippetChange) -> str:
    if one.before is not None and one.after is not None and one.before.version != one.after.version:
        return f"v{one.before.version} → v{one.after.version}"
    return f"v{one.now.version}"


def _base(one: BaseChange) -> None:
    """Print a base line by line with a sign each; in a reworded line, what goes is [-…-] and what comes {+…+}."""
    from composer.prompts.text_changes import compare, word_changes  # most commands compare no texts

    for line in _nearby(compare(one.before, one.after)):
        if isinstance(line, int):
            say(f"      … {line:,} lines are the same", style="dim")
        elif line.before is not None and line.after is not None and line.sign:
            say("    ", line.sign, " ", *map(word, word_changes(line.before, line.after)), hang=6)
        else:
            text = line.after if line.after is not None else line.before
            style = {"+": GOOD, "−": BAD}.get(line.sign, "dim")
            say("    ", (f"{line.sign or ' '} {text}", style), hang=6)
    for found in one.carried:
        say("    ! ", (f"a new line {found.what}. {found.why}", BAD), hang=6)


def word(piece: Piece) -> str | tuple[str, str]:
    """Return a piece of a comparison to print: what goes is [-…-] and what comes {+…+}."""
    way, text = piece
    if way == 0:
        return text
    return (f"[-{text}-]", BAD) if way < 0 else (f"{{+{text}+}}", GOOD)


def _nearby(lines: Sequence[Line]) -> Iterator[Line | int]:
    """Yield the lines that differ and `AROUND` of the same on either side; of the rest, how many they are."""
    for same, some in groupby(lines, lambda line: line.sign == ""):
        block = list(some)
        if not same or len(block) <= 2 * AROUND + 1:
            yield from block
            continue
        yield from block[:AROUND]
        yield len(block) - 2 * AROUND
        yield from block[-AROUND:]
