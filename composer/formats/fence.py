"""Fences of Markdown around a text that may hold some itself."""

from __future__ import annotations

import re

SHORTEST = 3


def fence_around(text: str, shortest: int = SHORTEST) -> str:
    """Return a fence of backticks that is longer than any in a text, so that none there ends it.

    A block of code takes three at least, a span within a line one.
    """
    return "`" * max(shortest, 1 + max(map(len, re.findall("`+", text)), default=0))
