"""Files that were right, changed at random: bytes, tokens, numbers, nesting, names, and the values of JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.hostile import FRAGMENTS

LARGEST = 60_000
"""Bytes that a changed file has at most, but for what is one of `BOMBS`."""
SIGNS = ("{", "}", "[", "]", ",", ":", '"', "'", "\\", "\n", "\r", "\t", ";", "|", "-", "?", "&a", "*a", "<<", "#")
NUMBERS = (
    *("0", "-0", "-1", "1e999", "-1e999", "NaN", "Infinity", "9" * 30, "9" * 4999, "0x" + "f" * 5000, "0b1"),
    *(
        "1_000",
        "1:30",
        "1:" * 3000 + "1",
        "0.1e-400",
        "1.7976931348623157e308",
        "2147483648",
        "-9223372036854775809",
    ),
    *(
        "0o17",
        "017",
        "１２",
        "٣",
        "1.",
        ".5",
        "+3",
        "1e3",
        "true",
        "null",
        "~",
        "2024-13-45",
        "2024-01-01 25:61:61",
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 2**63, 10**400, 0.5, 1e308, float("inf"), float("nan"), "", " ", "x", [], {}),
    *([[]], [None], {"": {}}, {"a": [1]}, "\ud800", "\0", "é" * 5000, "x" * 40_000, ["a"] * 2000, "a\nb", "{{x}}"),
)
DEEP = (200, 2000, 20_000)


def changed(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Return one of the files with a few changes; now and then as it is."""
    data = rng.choice(seeds)
    if rng.random() < 0.3 and (found := _of_values(data, rng)) is not None:
        data = found
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 6))):
        data = rng.choice(_WAYS)(data, rng, seeds)
    return data[:LARGEST]


def changed_bytes(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Return one of the files with a few of its bytes flipped, taken out, put in or moved."""
    data = rng.choice(seeds)
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = rng.choice(_BYTE_WAYS)(data, rng, seeds)
    return data


Way = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def _place(data: bytes, rng: random.Random) -> tuple[int, int]:
    begin = rng.randint(0, len(data))
    return begin, min(len(data), begin + rng.choice((0, 1, 2, 8, 64, len(data))))


def _flipped(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return b"\xff"
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def _removed(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _place(data, rng)
    return data[:begin] + data[end:]


def _random_bytes(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _place(data, rng)
    return data[:begin] + rng.randbytes(rng.choice((1, 2, 4, 8, 100))) + data[rng.choice((begin, end)) :]


def _extreme(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, _end = _place(data, rng)
    put = rng.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80" * 8, b"\xff" * 9))
    return data[:begin] + put + data[begin + len(put) :]


def _repeated(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _place(data, rng)
    return data[:end] + data[begin:end] * rng.choice((1, 2, 50)) + data[end:]


def _spliced(data: bytes, rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    other = rng.choice(seeds)
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


def _sign(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _place(data, rng)
    return data[:begin] + rng.choice(SIGNS).encode() + data[rng.choice((begin, min(end, begin + 1))) :]


def _fragment(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    at = rng.randint(0, len(data))
    text = rng.choice(FRAGMENTS[rng.choice(sorted(FRAGMENTS))])
    return data[:at] + text.encode("utf-8", "surrogatepass") + data[at:]


def _number(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    """Put an odd number in place of one, or of a word."""
    places = [at for at, one in enumerate(data) if 48 <= one <= 57] or [rng.randint(0, len(data))]
    at = rng.choice(places)
    end = at
    while end < len(data) and 48 <= data[end] <= 57:
        end += 1
    return data[:at] + rng.choice(NUMBERS).encode() + data[end:]


def _line(data: bytes, rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Take a line out, say it twice, indent it, or put in one of another file."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    put = rng.choice(rng.choice(seeds).split(b"\n"))
    change = rng.choice(([], [lines[at]] * 2, [b"  " + lines[at]], [put], [lines[at].lstrip()], [lines[at], put]))
    return b"\n".join([*lines[:at], *change, *lines[at + 1 :]])


def _nested(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _place(data, rng)
    left, right = rng.choice(
        ((b"[", b"]"), (b'{"a":', b"}"), (b"- ", b""), (b"{", b"}"), (b"(", b")"), (b"? ", b""))
    )
    times = rng.choice(DEEP)
    return data[:begin] + left * times + data[begin:end] + right * times + data[end:]


_BYTE_WAYS: tuple[Way, ...] = (_flipped, _removed, _random_bytes, _extreme, _repeated, _spliced)
_WAYS: tuple[Way, ...] = (*_BYTE_WAYS, _sign, _sign, _fragment, _fragment, _number, _number, _line, _line, _nested)


def _of_values(data: bytes, rng: random.Random) -> bytes | None:
    """Return JSON with another value at some places; None for what isn't JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    for _ in range(rng.choice((1, 1, 2, 4))):
        value = _other(value, rng, rng.randint(0, 6))
    if rng.random() < 0.1:
        for _ in range(rng.choice((50, 500))):
            value = rng.choice(([value], {"a": value}))
    return json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _other(value: Any, rng: random.Random, depth: int) -> Any:
    if depth and isinstance(value, dict) and value:
        made = dict(value)
        name = rng.choice(list(made))
        made[name] = _other(made[name], rng, depth - 1)
        return made
    if depth and isinstance(value, list) and value:
        at = rng.randrange(len(value))
        return [*value[:at], _other(value[at], rng, depth - 1), *value[at + 1 :]]
    if isinstance(value, dict) and value and rng.random() < 0.5:
        name = rng.choice(list(value))
        if rng.random() < 0.5:
            return {key: each for key, each in value.items() if key != name}
        return {**value, rng.choice((name + "x", name.upper(), "", "id", "\ud83d")): value[name]}
    if isinstance(value, list) and value and rng.random() < 0.5:
        return rng.choice((value * 2, value[1:], [*value, rng.choice(VALUES)]))
    return rng.choice(VALUES)
