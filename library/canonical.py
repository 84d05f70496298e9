"""Canonical JSON (RFC 8785) and hashes: equal content always has equal bytes and an equal hash."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1
_DIGEST = re.compile("[0-9a-f]{64}")
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")).encode


class NotStorable(rfc8785.CanonicalizationError):
    """A text without a UTF-8 form: it holds half of a surrogate pair."""


class _Unusual(Exception):
    """A value that Python's own writer of JSON may write in another way than RFC 8785, or not refuse."""


def canonical_bytes(obj: Any) -> bytes:
    """Return a JSON value (dict, list, tuple, str, int, float, bool, None) as its RFC 8785 bytes.

    Raises rfc8785.CanonicalizationError for anything JSON has no exact form for: NaN, infinity,
    whole numbers beyond 2**53, keys that are not strings, other types; `NotStorable`, which is one of its kind,
    for half a surrogate pair.
    """
    try:
        return _encode(_usual(obj)).encode()  # the same bytes, in a third of the time
    except (_Unusual, UnicodeEncodeError):
        pass
    try:
        return rfc8785.dumps(obj)
    except UnicodeEncodeError as error:  # in a key, where rfc8785 doesn't expect it
        raise NotStorable(str(error)) from error
    except rfc8785.CanonicalizationError as error:
        if isinstance(error.__cause__, UnicodeEncodeError):
            raise NotStorable(str(error.__cause__)) from error
        raise


def digest(obj: Any) -> str:
    """Return the sha256 of a JSON value's canonical bytes: 64 hexadecimal digits.

    Raises what canonical_bytes raises.
    """
    return hashlib.sha256(canonical_bytes(obj)).hexdigest()


def text_digest(text: str) -> str:
    """Return the sha256 of a text's UTF-8 bytes: 64 hexadecimal digits.

    Raises UnicodeEncodeError for a text that has no UTF-8 form (a lone surrogate).
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def is_digest(text: str) -> bool:
    """Whether a text is a sha256 as `digest` writes it."""
    return _DIGEST.fullmatch(text) is not None


def _usual(value: Any) -> Any:
    """Return a value of which Python writes the canonical bytes; raises _Unusual where it might not.

    Numbers differ where they are written with an exponent or a needless `.0`, keys in their order beyond ASCII.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    # Most values are texts: to call this for each of them would take longer than all the rest.
    if kind is dict:
        try:
            plain = all(map(str.isascii, value))
        except TypeError:
            plain = False
        if not plain:
            raise _Unusual
        return {key: each if type(each) is str else _usual(each) for key, each in value.items()}
    if kind is list or kind is tuple:
        return [each if type(each) is str else _usual(each) for each in value]
    if kind is int and -_LARGEST <= value <= _LARGEST:
        return value
    if kind is float and value.is_integer() and abs(value) <= _LARGEST:
        return int(value)
    if kind is float and 1e-4 <= abs(value) < 1e15:
        return value
    raise _Unusual
