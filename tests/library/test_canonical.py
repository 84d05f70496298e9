import hashlib

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from library.canonical import canonical_bytes, digest, text_digest


@given(st.dictionaries(st.text("abcé", max_size=5), st.integers(-9, 9), max_size=6))
def test_the_order_of_keys_makes_no_difference(value: dict[str, int]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


def test_different_values_have_different_digests() -> None:
    assert len({digest(value) for value in (None, 0, "0", [0], {"0": 0}, {"0": "0"}, True)}) == 7


def test_a_text_is_hashed_as_its_utf8_bytes() -> None:
    assert text_digest("naïve") == hashlib.sha256("naïve".encode()).hexdigest()
    assert canonical_bytes({"b": 1.0, "a": "é"}) == '{"a":"é","b":1}'.encode()


@pytest.mark.parametrize("value", [float("nan"), 2**60, {1: 2}, object()])
def test_what_json_can_not_say_exactly_fails(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        digest(value)
