"""A scale of ratings as somebody writes it."""

from __future__ import annotations

import re

from library.errors import Refused


def scale_of(text: str) -> tuple[int, int] | None:
    """Return both ends of a scale such as `1-5`, None where none is given; raises `Refused` for anything else."""
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(-?\d{1,4})\s*(?:-|–|to|\.\.|:|,)\s*(-?\d{1,4})\s*", text)
    if found is None:
        raise Refused(f"{text!r} is no scale", fix="Write both ends, as in 1-5.")
    return int(found[1]), int(found[2])
