"""Text of others in Markdown of ours: in code alone, where nothing of it comes alive.

Escaped text would not do: what GitHub makes of names, numbers and addresses it makes after the escapes are gone.
In code it leaves them be.
"""

from __future__ import annotations

from collections.abc import Sequence

from composer.formats.fence import fence_around


def visible(text: str, longest: int) -> str:
    """Return a text on one line, of at most so many characters: what can't be seen is written as an escape."""
    shown = "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text[: longest + 1]
    )
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def fenced(lines: Sequence[str], kind: str) -> str:
    """Return lines as a block of code of a kind, such as `diff`; each is `visible`, and without a line break."""
    fence = fence_around("\n".join(lines))
    return "\n".join([f"{fence}{kind}", *lines, fence])


def details(summary: str, inside: str) -> str:
    """Return Markdown that is folded under a summary of ours."""
    return f"<details>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of words and figures of ours; the first column is to the left, the others to the right."""
    ruled = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ruled, *rows))
