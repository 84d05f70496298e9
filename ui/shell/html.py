"""Words around figures: times, amounts, and text made safe for HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

STATES = {
    "needs review": "ic-ink",
    "changes requested": "ic-orange",
    "approved": "ic-ink",
    "released": "ic-blue",
    "replaced": "",
    "stale": "ic-orange",
    "no-go": "ic-orange",
    "rescored": "",
    "unreadable": "ic-orange",
}
"""How each state of a candidate is marked; the word stands there in any case."""


def safe(text: object) -> str:
    """Return text for the inside of an HTML element or attribute, shown exactly as it is."""
    return escape(str(text), quote=True)


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago something was, in one unit."""
    seconds = max((now - then).total_seconds(), 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return "just now"


def when(then: datetime, now: datetime) -> str:
    """Return a relative time whose exact one shows on hover, as HTML."""
    return f'<time class="ic-nowrap" title="{then:%Y-%m-%d %H:%M:%S} UTC">{ago(then, now)}</time>'


def lasting(seconds: float) -> str:
    """Say how long something takes, to the precision a person plans with."""
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def count(number: int, word: str, plural: str = "") -> str:
    """Return a number with its word in the right form."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def table(heads: Sequence[str], rows: Sequence[str]) -> str:
    """Return an HTML table; a head that starts with `#` stands over figures. Rows are HTML."""
    head = "".join(
        f'<th class="ic-num">{safe(one[1:])}</th>' if one.startswith("#") else f"<th>{safe(one)}</th>"
        for one in heads
    )
    body = "".join(rows)
    return (
        f'<div class="ic ic-scroll"><table class="ic-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def state_tag(state: str) -> str:
    """Return the state of a candidate as a mark with its word, as HTML."""
    return f'<span class="ic-tag {STATES.get(state, "")}">{safe(state)}</span>'
