"""Words around figures: times, amounts, and text made safe for HTML."""

from __future__ import annotations

from datetime import datetime
from html import escape

STATES = {
    "needs review": "ic-ink",
    "changes requested": "ic-orange",
    "released": "ic-blue",
    "replaced": "",
    "stale": "ic-orange",
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


def state_tag(state: str) -> str:
    """Return the state of a candidate as a mark with its word, as HTML."""
    return f'<span class="ic-tag {STATES.get(state, "")}">{safe(state)}</span>'
