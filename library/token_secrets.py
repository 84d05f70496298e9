"""The secrets of service tokens: how one is made and read, and what of it is stored.

A secret is `composer_NAME_` and 64 hexadecimal digits, 32 bytes that nobody can guess. Only its SHA-256 is stored;
no salt or slow hash is needed, for there is nothing that could be tried from a list.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from hashlib import sha256
from secrets import token_bytes

from library.errors import Refused

TOKEN = " (token)"
"""What the name ends in under which a token acts, which nobody else's may."""
PREFIX = "composer_"
VARIABLE = "COMPOSER_TOKEN"
"""Environment variable by which commands act as a token."""
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME = 64
BYTES = 32
_SECRET = re.compile(rf"{PREFIX}(?P<name>{NAME.pattern})_[0-9a-f]{{{2 * BYTES}}}")


class NotAccepted(Refused):
    """A secret that is no token's here, or no longer."""


def new_secret(name: str, chance: Callable[[int], bytes] = token_bytes) -> str:
    """Return a new secret for the token of this name; `chance` gives so many random bytes.

    Nothing masks it yet, for who made it has to see it once.
    """
    return f"{PREFIX}{name}_{chance(BYTES).hex()}"


def name_in(secret: str) -> str:
    """Return the name of the token whose secret this says it is; raises `NotAccepted` for any other form."""
    found = _SECRET.fullmatch(secret.strip())
    if found is None:
        raise NotAccepted(
            "this is not a whole token",
            fix=f"A token is {PREFIX}NAME_ and {2 * BYTES} characters: copy all of it.",
        )
    return found["name"]


def stored(secret: str) -> str:
    """Return what is stored of a secret: its SHA-256 in hexadecimal digits."""
    return sha256(secret.strip().encode()).hexdigest()


def is_of(secret: str, sha256_stored: str) -> bool:
    """Whether this is the secret of which that is stored; takes as long wherever they differ."""
    return hmac.compare_digest(stored(secret), sha256_stored)
