"""Fences of Markdown around a text that may hold some itself."""

from __future__ import annotations

import re

SHORTEST = 3


def fence_around(text: str) -> str:
    """Return a fence of backticks that is longer than any in a text, so that none there ends it."""
    return "`" * max(SHORTEST, 1 + max(map(len, re.findall("`+", text)), default=0))
