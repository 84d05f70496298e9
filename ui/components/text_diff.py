"""The difference of two prompts, line by line and word by word, as HTML in which nothing of them is markup."""

from __future__ import annotations

from collections.abc import Sequence

from composer.prompts.text_changes import Line, compare, word_changes
from ui.shell.html import safe

__all__ = ["compare", "in_words", "side_by_side", "unified", "word_changes"]


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


def in_words(before: str, after: str) -> str:
    """Return two lines as one, what goes struck through and what comes underlined."""
    tags = {-1: "del", 1: "ins"}
    pieces = word_changes(before, after)
    return "".join(f"<{tags[way]}>{safe(text)}</{tags[way]}>" if way else safe(text) for way, text in pieces)


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
