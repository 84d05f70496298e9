"""A scale as somebody writes it."""

from __future__ import annotations

import pytest

from composer.task.scales import scale_of
from library.errors import Refused


def test_scales_are_read_as_people_write_them() -> None:
    assert [scale_of(text) for text in ("1-5", "-4-4", "-4 to 4", "0..10", "1–5", "")] == [
        (1, 5),
        (-4, 4),
        (-4, 4),
        (0, 10),
        (1, 5),
        None,
    ]
    with pytest.raises(Refused, match="no scale"):
        scale_of("five")
