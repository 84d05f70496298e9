"""Text for pages: made safe for HTML and Markdown; times, amounts, and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape

from composer.formats.fence import fence_around

_MARKS = frozenset("\\`*_{}[]()#+-.!|~$<>:&\"'@/=^")
_RUN = re.compile(r"([ \t\r\n]+)")
_REWRITTEN = re.compile(
    r"https?://|www\.|[-.\w+]@[-\w]|:streamlit:|(?:^|\s)(?:<->|<-|->|--|>=|<=|~=)(?:\s|$)", re.IGNORECASE
)
"""What Streamlit makes links, pictures and other signs of after the escapes are gone."""


def safe(text: object) -> str:
    """Return text for the inside of an HTML element or attribute, shown exactly as it is."""
    return escape(str(text), quote=True)


def plain(text: str) -> str:
    """Escape text so that Streamlit's markdown shows it as it is, line breaks included.

    An address stands in code, since an escaped one would become a link.
    """
    if not _REWRITTEN.search(text):
        return _escaped(text)
    return "".join(_code(run) if _REWRITTEN.search(run) else _escaped(run) for run in _RUN.split(text))


def _escaped(text: str) -> str:
    escaped = "".join(f"\\{sign}" if sign in _MARKS else sign for sign in text)
    return escaped.replace("\n", "  \n")


def _code(run: str) -> str:
    """Return a run without blanks as a span of code."""
    fence = fence_around(run, shortest=1)
    pad = " " if run.startswith("`") or run.endswith("`") else ""
    return f"{fence}{pad}{run}{pad}{fence}"


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in one unit."""
    seconds = max((now - then).total_seconds(), 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return "just now"


def when(then: datetime, now: datetime) -> str:
    """Return a relative time whose exact one shows on hover, as HTML."""
    return f'<time class="ic-nowrap" title="{then:%Y-%m-%d %H:%M:%S} UTC">{ago(then, now)}</time>'


def lasting(seconds: float) -> str:
    """Return how long something takes, to the precision a person plans with."""
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun in the right form."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def table(heads: Sequence[str], rows: Sequence[str]) -> str:
    """Return an HTML table; a head that starts with `#` is over figures. Rows are HTML."""
    head = "".join(
        f'<th class="ic-num">{safe(one[1:])}</th>' if one.startswith("#") else f"<th>{safe(one)}</th>"
        for one in heads
    )
    body = "".join(rows)
    return (
        f'<div class="ic ic-scroll"><table class="ic-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
