"""The secrets that this process has read, so that none of them is shown, stored or logged, whoever repeats it."""

from __future__ import annotations

import json
import os
import stat
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote, urlsplit

MASK = "[secret]"
SHORTEST = 6
"""Characters of a secret that is masked; a shorter one would be found in any text."""
PLACEHOLDERS = frozenset(
    {
        "dummy",
        "ollama",
        "lm-studio",
        "no-key",
        "no-key-required",
        "sk-no-key-required",
        "not-needed",
        "token-abc123",
    }
)
"""What people give to a server that wants any key: no secret, and often a part of names."""

_known: dict[str, tuple[str, ...]] = {}


def know(secret: str) -> str:
    """Take note of a secret that was read from where it is kept, and return it."""
    bare = secret.strip()
    if len(bare) >= SHORTEST and bare.lower() not in PLACEHOLDERS:
        forms = {bare, quote(bare, safe=""), quote_plus(bare), json.dumps(bare)[1:-1], *_within_base64(bare)}
        _known[bare] = tuple(sorted(forms, key=len, reverse=True))
    return secret


def _within_base64(secret: str) -> Iterator[str]:
    """Yield what of a secret stands in the base64 of any text that holds it, such as a name and a password."""
    held = secret.encode()
    for before in range(3):  # base64 writes three bytes as four characters: it depends on where a secret begins
        first, last = -(-8 * before // 6), 8 * (before + len(held)) // 6
        if last - first >= SHORTEST:
            yield b64encode(bytes(before) + held)[first:last].decode()


def know_address(address: str) -> str:
    """Take note of the password in an address, where it has one, and return the address."""
    try:
        password = urlsplit(address).password
    except ValueError:  # what is no address has none
        return address
    know(unquote(password or ""))
    return address


def open_to_others(path: Path) -> bool:
    """Whether a file of this user's may be read or written by others; what others own is not ours to close.

    Raises OSError where there is no such file.
    """
    if not hasattr(os, "getuid"):
        return False  # where rights are no bits of a mode
    status = path.stat()
    return status.st_uid == os.getuid() and bool(status.st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def masked(text: str) -> str:
    """Return a text with every known secret in it masked, as it is or as a URL, JSON or base64 writes it."""
    for forms in sorted(_known.values(), key=lambda one: -len(one[0])):
        for form in forms:
            text = text.replace(form, MASK)
    return text
