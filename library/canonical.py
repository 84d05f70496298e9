"""One way to write a value as bytes, so that equal content always has an equal hash."""

import hashlib
from typing import Any

import rfc8785


def canonical_bytes(obj: Any) -> bytes:
    """Write a JSON value (dict, list, tuple, str, int, float, bool, None) as RFC 8785 bytes.

    Raises rfc8785.CanonicalizationError for anything JSON has no exact form for: NaN, infinity,
    whole numbers beyond 2**53, keys that are not strings, other types.
    """
    return rfc8785.dumps(obj)


def digest(obj: Any) -> str:
    """Give the sha256 of a JSON value's canonical bytes: 64 hexadecimal digits.

    Raises what canonical_bytes raises.
    """
    return hashlib.sha256(canonical_bytes(obj)).hexdigest()


def text_digest(text: str) -> str:
    """Give the sha256 of a text's UTF-8 bytes: 64 hexadecimal digits.

    Raises UnicodeEncodeError for a text that has no UTF-8 form (a lone surrogate).
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
