"""The reasons and comments that people write: never empty, and always storable."""

from __future__ import annotations

from unicodedata import category

from library.errors import Refused
from library.secrets import masked

LONGEST = 10_000


def reason_of(text: str, what: str) -> str:
    """Return a text without the space around it, known secrets masked.

    Raises `Refused` where nothing is left or it can't be stored.
    """
    text = masked(text.strip())
    if not text:
        raise Refused(f"{what} needs a reason", fix="Write in a sentence what decided it.")
    if any(character == "\0" or category(character) == "Cs" for character in text):
        raise Refused("the reason holds characters that can't be stored", fix="Write it as plain text.")
    if len(text) > LONGEST:
        raise Refused(f"the reason has {len(text):,} characters", fix=f"Shorten it to {LONGEST:,}.")
    return text
