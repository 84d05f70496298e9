"""Texts of others as texts that can be stored: whatever a model, a server or a file sends, it has a UTF-8 form."""

from __future__ import annotations


def storable(text: str) -> str:
    r"""Return a text with what can't be stored in its place as an escape: half a surrogate pair, and NUL.

    A text that can be stored comes back as it is. Half a pair has no UTF-8 form (`\ud83d`), a byte that was no
    UTF-8 stands as `\udcff`, and NUL ends a text for PostgreSQL (`\x00`).
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
