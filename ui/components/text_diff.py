"""The difference of two prompts, line by line and word by word, as HTML in which nothing of them is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

from ui.shell.html import safe

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.5
"""Share of a line's characters that must stay for it to count as reworded rather than replaced."""

Piece = tuple[int, str]
"""An operation (−1 removed, 0 kept, +1 added) and its text."""


@dataclass(frozen=True)
class Line:
    """One line of a comparison: its text before and after, None on the side where it is missing."""

    before: str | None
    after: str | None

    @property
    def sign(self) -> str:
        """The mark in the gutter: blank for a kept line, − removed, + added, ± reworded."""
        if self.before == self.after:
            return ""
        return "±" if None not in (self.before, self.after) else ("−" if self.after is None else "+")


def compare(before: str, after: str) -> tuple[Line, ...]:
    """Compare two texts line by line; a removed line is paired with the added one that replaced it if alike."""
    lines: list[Line] = []
    gone: list[str] = []
    for operation, some in [*_pieces(before.split("\n"), after.split("\n")), (0, [])]:
        if operation == -1:
            gone = some
            continue
        lines += _replaced(gone, some if operation == 1 else [])
        lines += [Line(one, one) for one in some if operation == 0]
        gone = []
    return tuple(lines)


def _replaced(gone: Sequence[str], come: Sequence[str]) -> Iterator[Line]:
    waiting = list(gone)
    for new in come:
        place = next((place for place, old in enumerate(waiting) if _alike(old, new)), None)
        if place is None:
            yield Line(None, new)
            continue
        yield from (Line(old, None) for old in waiting[:place])
        yield Line(waiting[place], new)
        del waiting[: place + 1]
    yield from (Line(old, None) for old in waiting)


def _alike(old: str, new: str) -> bool:
    kept = sum(len(text) for operation, text in word_changes(old, new) if operation == 0)
    return kept > _ALIKE * max(len(old), len(new))


def word_changes(before: str, after: str) -> list[Piece]:
    """Compare two lines word by word."""
    found = _pieces(_WORDS.findall(before), _WORDS.findall(after), readable=True)
    return [(operation, "".join(some)) for operation, some in found]


def _pieces(before: Sequence[str], after: Sequence[str], *, readable: bool = False) -> list[tuple[int, list[str]]]:
    """Compare two sequences of tokens; `readable` joins changes that only trivial tokens keep apart.

    Each token becomes one character of the texts that diff-match-patch compares.
    """
    tokens = list(dict.fromkeys([*before, *after]))
    # Past the surrogates, which can't be alone in a string.
    sign = {token: chr(number if number < 0xD800 else number + 0x800) for number, token in enumerate(tokens, 1)}
    token = {character: one for one, character in sign.items()}
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    old, new = ("".join(sign[one] for one in side) for side in (before, after))
    found = engine.diff_main(old, new, False)
    if readable:
        engine.diff_cleanupSemantic(found)
    return [(operation, [token[character] for character in text]) for operation, text in found]


def unified(lines: Sequence[Line]) -> str:
    """Return the comparison as one column: what was removed above what was added, a sign before each line."""
    rows = []
    for line in lines:
        if line.sign == "":
            rows.append(_row("", "", safe(line.after)))
            continue
        before, after = _marked(line)
        if line.before is not None:
            rows.append(_row("ic-del", "−", before))
        if line.after is not None:
            rows.append(_row("ic-add", "+", after))
    return f'<div class="ic ic-diff"><table><tbody>{"".join(rows)}</tbody></table></div>'


def side_by_side(lines: Sequence[Line]) -> str:
    """Return the comparison as two columns, before and after, a sign before each changed line."""
    rows = []
    for line in lines:
        if line.sign == "":
            left = right = ("", "", safe(line.after))
        else:
            before, after = _marked(line)
            left = ("ic-void", "", "") if line.before is None else ("ic-del", "−", before)
            right = ("ic-void", "", "") if line.after is None else ("ic-add", "+", after)
        rows.append(f"<tr>{_cells(*left)}{_cells(*right, half=True)}</tr>")
    return f'<div class="ic ic-diff"><table><tbody>{"".join(rows)}</tbody></table></div>'


def _marked(line: Line) -> tuple[str, str]:
    """Return both sides of a changed line as HTML; words are marked where a line was reworded."""
    if line.before is None or line.after is None:
        return safe(line.before or ""), safe(line.after or "")
    pieces = word_changes(line.before, line.after)
    before = "".join(f"<del>{safe(text)}</del>" if way < 0 else safe(text) for way, text in pieces if way <= 0)
    after = "".join(f"<ins>{safe(text)}</ins>" if way > 0 else safe(text) for way, text in pieces if way >= 0)
    return before, after


def _row(tone: str, sign: str, content: str) -> str:
    return f"<tr>{_cells(tone, sign, content)}</tr>"


def _cells(tone: str, sign: str, content: str, *, half: bool = False) -> str:
    edge = " ic-half" if half else ""
    return f'<td class="ic-gutter {tone}{edge}">{sign}</td><td class="{tone}">{content or "&nbsp;"}</td>'
