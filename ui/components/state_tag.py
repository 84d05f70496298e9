"""The state of a candidate as a mark with its name."""

from __future__ import annotations

from typing import Literal

from composer.review.status import State
from ui.shell.html import safe

TONES: dict[State | Literal["unreadable"], str] = {
    "needs review": "ic-ink",
    "changes requested": "ic-orange",
    "approved": "ic-ink",
    "released": "ic-blue",
    "stale": "ic-orange",
    "no-go": "ic-orange",
    "not let through": "ic-orange",
    "unreadable": "ic-orange",
}
"""The states that are marked by colour too; the others are quiet."""


def state_tag(state: State | Literal["unreadable"]) -> str:
    """Return the state of a candidate as a mark, as HTML; `unreadable` is one whose rows can't be read."""
    return f'<span class="ic-tag {TONES.get(state, "")}">{safe(state)}</span>'
