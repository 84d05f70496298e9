"""RFC 8785 text, quickly: the same bytes as the package rfc8785 writes, for values as large as evidence.

That package writes each value by itself, in Python. Here strings go to the encoder of Python's json, in C, which
escapes exactly what RFC 8785 says (control characters, quotes, backslashes), and the order of an object's keys is
worked out once for all objects that have the same keys. Whatever is unusual is left to the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

import rfc8785

SAFE = 2**53
"""Whole numbers below this are exact as JSON numbers."""


def dumps(value: Any) -> bytes:
    """Write a JSON value as RFC 8785 bytes; raises rfc8785.CanonicalizationError for what has no exact form."""
    text = _text(value)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise rfc8785.CanonicalizationError("input contains non-UTF-8 codepoints") from error


def digest(value: Any) -> str:
    """Give the sha256 of a JSON value's canonical bytes, as `library.canonical.digest` does."""
    return hashlib.sha256(dumps(value)).hexdigest()


def _text(value: Any) -> str:
    write = _WRITERS.get(type(value))
    return rfc8785.dumps(value).decode() if write is None else write(value)


def _object(value: dict[Any, Any]) -> str:
    return "{" + ",".join([start + _text(value[key]) for key, start in _ordered(tuple(value))]) + "}"


def _array(value: list[Any] | tuple[Any, ...]) -> str:
    return "[" + ",".join([_text(one) for one in value]) + "]"


@lru_cache(maxsize=1024)
def _ordered(keys: tuple[Any, ...]) -> tuple[tuple[str, str], ...]:
    """Return keys in the order of their UTF-16 code units, each with how its member begins."""
    if not all(type(key) is str for key in keys):
        raise rfc8785.CanonicalizationError("object keys must be strings")
    ordered = sorted(keys, key=lambda key: str(key).encode("utf-16be"))
    return tuple((key, f"{encode_basestring(key)}:") for key in ordered)


def _integer(value: int) -> str:
    return str(value) if -SAFE < value < SAFE else rfc8785.dumps(value).decode()


def _number(value: float) -> str:
    # Python's shortest form is JavaScript's where neither needs an exponent, but for the zero that it ends with.
    text = repr(value)
    if value == 0 or "e" in text or "n" in text:
        return rfc8785.dumps(value).decode()
    return text.removesuffix(".0")


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _null(_value: None) -> str:
    return "null"


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    bool: _bool,
    int: _integer,
    float: _number,
    dict: _object,
    list: _array,
    tuple: _array,
    type(None): _null,
}
