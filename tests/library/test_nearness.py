from __future__ import annotations

from typing import Any

import pytest

from library.nearness import nearly_equal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"low": -2.894696918400534}, {"low": -2.894696918400548}),
        ({"a": 1, "b": [1, 2.0]}, {"b": (1.0, 2), "a": 1}),
        (0.0, -1e-17),
        ([], ()),
        (None, None),
    ],
)
def test_the_last_digits_make_no_difference(one: Any, other: Any) -> None:
    assert nearly_equal(one, other)
    assert nearly_equal(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 1.0000001),
        ({"a": 1}, {"a": 1, "b": 1}),
        ([1, 2], [1]),
        ([1, 2], [2, 1]),
        (1, True),
        (0, None),
        ("1", 1),
        ("a", "b"),
        ({}, []),
    ],
)
def test_whatever_else_does(one: Any, other: Any) -> None:
    assert not nearly_equal(one, other)
    assert not nearly_equal(other, one)
