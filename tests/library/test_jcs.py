"""The quick writer of RFC 8785 says what the package says, byte for byte, and fails where it fails."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from library import jcs
from library.canonical import digest

TEXTS = st.text(st.characters())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) - 2, 2**53 + 2) | st.floats() | TEXTS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def written(writer: Any, value: object) -> bytes | str:
    try:
        return bytes(writer(value))
    except ValueError as error:
        return type(error).__name__.removeprefix("Unicode")


@given(VALUES)
def test_every_value_is_written_as_the_package_does(value: object) -> None:
    ours, theirs = written(jcs.dumps, value), written(rfc8785.dumps, value)
    assert ours == theirs or {type(ours), type(theirs)} == {str}


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [
        1e-6,
        1e-7,
        6.25e-05,
        1e21,
        1e20,
        -0.0,
        0.1,
        100.0,
        5e-324,
        2**53 - 1,
        Colour.RED,
        {"\U0001f600": 1, "\ufb00": 2},
    ],
)
def test_numbers_subclasses_and_the_order_of_keys_too(value: object) -> None:
    assert jcs.dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [float("nan"), 2**60, {1: 2}, object(), "\ud800", [float("inf")]])
def test_what_has_no_exact_form_fails(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        jcs.dumps(value)


def test_the_digest_is_that_of_the_canonical_bytes() -> None:
    value = {"rows": [{"loss": 0.0625, "id": "é"}] * 3}
    assert jcs.digest(value) == digest(value)
