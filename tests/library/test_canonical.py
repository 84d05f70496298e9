import hashlib

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from library.canonical import NotStorable, canonical_bytes, digest, text_digest


@given(st.dictionaries(st.text("abcé", max_size=5), st.integers(-9, 9), max_size=6))
def test_the_order_of_keys_makes_no_difference(value: dict[str, int]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


def test_different_values_have_different_digests() -> None:
    assert len({digest(value) for value in (None, 0, "0", [0], {"0": 0}, {"0": "0"}, True)}) == 7


def test_a_text_is_hashed_as_its_utf8_bytes() -> None:
    assert text_digest("naïve") == hashlib.sha256("naïve".encode()).hexdigest()
    assert canonical_bytes({"b": 1.0, "a": "é"}) == '{"a":"é","b":1}'.encode()


SCALARS = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text()
NEAR = st.sampled_from([1e-4, 1e-5, 1e15, 1e16, 1e17, 1e21, 1e22, 2**53 - 1, 2**53, -0.0, 0.1, 1.0]).flatmap(
    lambda number: st.sampled_from([number, -number, float(number), number / 3, number * 7])
)
VALUES = st.recursive(SCALARS | NEAR, lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside))


@given(VALUES)
@example({"\ue000": 1, "\U0001f600": 2})
@example("\ud800")
@example({"\ud800": 1})
@example(('\x1f\x7f\u2028"\\/', 1e15 + 0.3))
@example([True, 1, 1.0, {}, [], ()])
def test_the_bytes_are_those_of_rfc_8785(value: object) -> None:
    try:
        expected = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical_bytes(value)
    else:
        assert canonical_bytes(value) == expected


@pytest.mark.parametrize("value", ["\ud83d", {"\ud83d": 1}, [{"a": "\udfff"}], {"a": "\ud83d", "é": 1e30}])
def test_half_a_surrogate_pair_has_no_bytes_and_is_told_apart(value: object) -> None:
    with pytest.raises(NotStorable):
        digest(value)


@pytest.mark.parametrize("value", [float("nan"), 2**60, {1: 2}, object()])
def test_what_json_can_not_say_exactly_fails(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        digest(value)
